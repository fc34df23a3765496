#!/bin/sh
# extract-tool.sh PACKAGE PROGRAM
# Prints the path of a program of a Debian package that must not be installed because that would start a service.
# Takes the installed one where there is one; else downloads the package and unpacks it into a cache directory.
set -eu

package=$1
program=$2

if command -v "$program" >/dev/null 2>&1; then
    command -v "$program"
    exit 0
fi

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/numawatch/$package
if [ ! -x "$cache/usr/bin/$program" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT INT TERM
    chmod 755 "$work" # apt-get gives up its rights before it downloads
    echo "Unpacking $program from the Debian package $package into $cache (not installing it)" >&2
    if ! (cd "$work" && apt-get download "$package" >/dev/null 2>&1); then
        as_root=
        [ "$(id -u)" -eq 0 ] || as_root=sudo
        $as_root apt-get update --quiet >&2
        (cd "$work" && apt-get download "$package" >&2)
    fi
    dpkg-deb --extract "$work"/*.deb "$cache"
fi
echo "$cache/usr/bin/$program"
