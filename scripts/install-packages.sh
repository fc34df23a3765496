#!/bin/sh
# install-packages.sh GROUP…
# Installs the Debian packages of packages.txt that the groups need and that are missing, naming them first.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

missing=
for group in "$@"; do
    for package in $(awk -v group="$group" '$1 == group && $3 != "extract:" { print $2 }' "$here/packages.txt"); do
        state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
        case " $missing " in *" $package "*) continue ;; esac
        [ "$state" = installed ] || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Missing Debian packages:$missing. Install them as root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "Installing missing Debian packages:$missing${as_root:+ (with sudo)}"
export DEBIAN_FRONTEND=noninteractive
# Package lists may be absent on a fresh machine or in an image.
# shellcheck disable=SC2086  # words on purpose: the list of packages, and sudo or nothing
$as_root apt-get install --yes --no-install-recommends $missing >/dev/null 2>&1 || {
    $as_root apt-get update --quiet
    $as_root apt-get install --yes --no-install-recommends $missing
}
