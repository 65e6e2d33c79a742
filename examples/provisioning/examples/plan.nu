# nu plan.nu, with PROVISIONING set to share/provisioning: what the cluster "web" would install, in order
use ../core/nulib/extra/cluster.nu
cluster order web | str join "\n"
