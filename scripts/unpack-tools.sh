#!/bin/sh
# unpack-tools.sh GROUP
# Prints a directory with the Debian packages that packages.txt marks "unpack:" for the group, and with the libraries
# they need beyond what is installed, unpacked and not installed: none of their services starts. What is in it is seen
# at its own place by laying it over /usr, /etc and /var in a mount namespace (bench-peers.sh).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
group=$1
packages=$(awk -v group="$group" '$1 == group && $3 == "unpack:" { print $2 }' "$here/packages.txt")
[ -n "$packages" ] || { echo "packages.txt marks nothing \"unpack:\" for $group" >&2 && exit 2; }

# A directory for each list of packages: a list that has changed is fetched anew.
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/numawatch/$group-$(echo "$packages" | cksum | cut -d ' ' -f 1)
if [ ! -d "$cache" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT INT TERM
    mkdir -p "$work/archives/partial" "$work/tree" "$(dirname "$cache")"
    echo "Unpacking" $packages "into $cache (not installing them)" >&2
    # shellcheck disable=SC2086  # a list of packages
    fetch() {
        apt-get install --yes --download-only --no-install-recommends --option APT::Sandbox::User=root \
            --option "Dir::Cache::archives=$work/archives" $packages >&2
    }
    fetch || { apt-get update --quiet >&2 && fetch; }
    for archive in "$work"/archives/*.deb; do dpkg-deb --extract "$archive" "$work/tree"; done
    chmod 755 "$work/tree"
    mv "$work/tree" "$cache"
fi
echo "$cache"
