#!/bin/sh
# Says hello to whoever is named.
echo "Hello, ${1:-world}"
