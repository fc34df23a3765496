#!/bin/sh
# Prints the version of numawatch from the one place that has it.
set -eu
sed -n '/^package enum ProductVersion/,/^}/ s/.*let current = "\(.*\)"$/\1/p' \
    "$(dirname "$0")/../Sources/Exposition/ProductVersion.swift" | grep .
