#!/bin/sh
# new-taskserv.sh NAME FOLDER: begins a task service
set -eu
name=${1:?name}
folder=${2:?folder}/$name
case $name in
  *[!a-z0-9-]*)
    echo "Cannot begin \"$name\": not a-z, 0-9 and -" >&2
    exit 2
    ;;
esac
mkdir "$folder"
printf 'name = "%s"\ndescription = "%s"\nversion = "0"\nneeds = []\n' "$name" "$name" > "$folder/taskserv.toml"
