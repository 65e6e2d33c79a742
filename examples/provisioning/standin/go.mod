module provisioning.example/standin

go 1.19
