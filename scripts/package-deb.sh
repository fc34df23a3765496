#!/bin/sh
# package-deb.sh BINARIES DIRECTORY [LEVEL]
# Packs the release programs and what files.txt lists beside them as DIRECTORY/numawatch_VERSION_ARCHITECTURE.deb, and
# their symbols as numawatch-dbgsym_….deb. Uses dpkg-deb(1) and dpkg-shlibdeps(1); nothing is fetched. LEVEL is
# xz's, 6 unless it is given.
#
# The same programs give the same packages, byte for byte: every time in them is SOURCE_DATE_EPOCH, by default that of
# the release in CHANGELOG.md, and every owner is root.
set -eu
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C TZ=UTC

binaries=$1
mkdir -p "$2"
directory=$(cd "$2" && pwd)
level=${3:-6}
version=$(./scripts/version.sh)
architecture=$(dpkg --print-architecture)
maintainer='numawatch maintainers <maintainers@users.noreply.r-seed-45f4b115.example>'

# The newest release, or today where it is not out yet.
released=$(sed -n "s/^## $version (\([0-9-]*\))\$/\1/p" CHANGELOG.md)
if [ -z "$released" ] && ! grep -q "^## $version (unreleased)\$" CHANGELOG.md; then
    echo "CHANGELOG.md has no section of $version" >&2
    exit 1
fi
: "${SOURCE_DATE_EPOCH:=$(date --date="${released:-$(date +%Y-%m-%d)}" +%s)}"
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
tree=$work/numawatch
symbols=$work/numawatch-dbgsym
doc=$tree/usr/share/doc/numawatch

./scripts/install.sh install "$binaries" "$tree" /usr

# Programs without symbols; these go where gdb looks for them by the program's build id.
build_ids=
programs=$(awk '$1 == "program" { sub("PREFIX", "usr", $3); print $3 }' scripts/files.txt)
for program in $programs; do
    id=$(readelf --notes "$tree/$program" | sed -n 's/^ *Build ID: //p')
    [ -n "$id" ] || { echo "$program has no build id: gdb could not find its symbols" >&2 && exit 1; }
    build_ids="$build_ids $id"
    debug=$symbols/usr/lib/debug/.build-id/$(echo "$id" | cut -c 1-2)/$(echo "$id" | cut -c 3-).debug
    mkdir -p "$(dirname "$debug")"
    objcopy --only-keep-debug --compress-debug-sections "$tree/$program" "$debug"
    chmod 644 "$debug"
    strip --strip-unneeded --remove-section=.comment --remove-section=.note "$tree/$program"
done

# What policy has in its own place and form.
find "$tree/usr/share/man" -name '*.[1-8]' -exec gzip -9n {} +
install -m 644 packaging/debian/copyright "$doc/copyright"
./scripts/debian-changelog.sh "$maintainer" | gzip -9n >"$doc/changelog.gz"
if [ -s packaging/debian/lintian-overrides ]; then
    install -D -m 644 packaging/debian/lintian-overrides "$tree/usr/share/lintian/overrides/numawatch"
fi
mkdir -p "$symbols/usr/share/doc"
ln -s numawatch "$symbols/usr/share/doc/numawatch-dbgsym"

# The libraries that the programs ask for, by the versions of the symbols they use. dpkg-shlibdeps finds the package by
# its directory DEBIAN.
mkdir -p "$work/source/debian" "$tree/DEBIAN"
printf 'Source: numawatch\n\nPackage: numawatch\nArchitecture: any\n' >"$work/source/debian/control"
needed=$(cd "$work/source" && for program in $programs; do echo "-e$tree/$program"; done |
    xargs dpkg-shlibdeps -O | sed 's/^shlibs:Depends=//')
# Relocations packed as the daemon has them (Package.swift, leanLinking) are understood from 2.36 on, which no symbol
# tells.
needed=$(echo "$needed" | sed -E 's/libc6 \(>= 2\.([0-9]|[12][0-9]|3[0-5])\)/libc6 (>= 2.36)/')

# pack NAME TREE LEVEL: with the rest of its control file from standard input, compressed by xz with that level.
pack() {
    mkdir -p "$2/DEBIAN"
    {
        echo "Package: $1"
        echo "Version: $version"
        echo "Architecture: $architecture"
        echo "Maintainer: $maintainer"
        echo "Installed-Size: $(du --apparent-size -k -s "$2/usr" | cut -f 1)"
        cat
    } >"$2/DEBIAN/control"
    (cd "$2" && find usr -type f -print0 | sort -z | xargs -0 -r md5sum) >"$2/DEBIAN/md5sums"
    find "$2" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group --uniform-compression -Zxz "-z$3" --threads-max=1 --build "$2" \
        "$directory/$1_${version}_$architecture.deb" >/dev/null
    echo "$directory/$1_${version}_$architecture.deb"
}

awk '$1 == "conf" { print "/" $3 }' scripts/files.txt >"$tree/DEBIAN/conffiles"
shipped=$(sha256sum "$tree/usr/share/numawatch/tracing.conf" | cut -d ' ' -f 1)
for script in postinst prerm postrm; do
    sed "s|@TRACING_SHA256@|$shipped|" "packaging/debian/$script" >"$tree/DEBIAN/$script"
    chmod 755 "$tree/DEBIAN/$script"
done
sed "s|@LIBRARIES@|$needed|" packaging/debian/control | pack numawatch "$tree" "$level"
sed -e "s|@VERSION@|$version|" -e "s|@BUILD_IDS@|${build_ids# }|" packaging/debian/control-dbgsym |
    pack numawatch-dbgsym "$symbols" 0
