#!/bin/sh
# Finds the libraries beside it, wherever it is unpacked or linked from, and hands over to Nushell.
set -e
self=$(readlink -f -- "$0")
PROVISIONING=${PROVISIONING:-$(dirname -- "$self")/../share/provisioning}
export PROVISIONING
if ! command -v nu >/dev/null 2>&1; then
  echo "Cannot run provisioning: nu is not on PATH. Install Nushell: https://www.nushell.sh" >&2
  exit 3
fi
exec nu --no-config-file "$PROVISIONING/core/cli/provisioning.nu" "$@"
