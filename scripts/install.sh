#!/bin/sh
# install.sh install|uninstall BINARIES DESTDIR PREFIX
# Puts what files.txt lists in its places, or removes it. Starts and enables nothing.
set -eu
cd "$(dirname "$0")/.."

verb=$1
binaries=$2
destdir=$3
prefix=${4#/}
made=

# The table, with PREFIX in place.
table() { sed -e '/^#/d' -e '/^$/d' -e "s|PREFIX|$prefix|" scripts/files.txt; }

# put KIND FROM TO
put() {
    case $1 in
        directory) install -d "$3" ;;
        program) install -D -m 755 "$binaries/$2" "$3" ;;
        made) install -D -m 644 "$made/$2" "$3" ;;
        file) install -D -m 644 "$2" "$3" ;;
        unit)
            install -D -m 644 "$2" "$3"
            sed -e "s|^\(Exec[A-Za-z]*=\)/usr/bin/numawatch|\1/$prefix/bin/numawatch|" \
                -e "s|/usr/share/numawatch/|/$prefix/share/numawatch/|" "$2" >"$3"
            ;;
        conf)
            if [ -e "$3" ] && ! cmp -s "$2" "$3"; then
                install -m 644 "$2" "$3.new"
                echo "Kept $3, which was changed; the new one is $3.new"
            else
                install -D -m 644 "$2" "$3"
            fi
            ;;
        *)
            echo "scripts/files.txt: there is no kind $1" >&2
            exit 2
            ;;
    esac
}

# take KIND FROM TO: put undone.
take() {
    case $1 in
        directory) ;;
        conf)
            rm -f "$3.new"
            if [ -e "$3" ] && ! cmp -s "$2" "$3"; then
                echo "Kept $3, which was changed"
            else
                rm -f "$3"
            fi
            ;;
        *) rm -f "$3" ;;
    esac
}

case $verb in
    install)
        made=$(mktemp -d)
        trap 'rm -rf "$made"' EXIT INT TERM
        "$binaries/numawatch-manuals" "$made"
        table | while read -r kind from to; do put "$kind" "$from" "$destdir/$to"; done
        if [ -z "$destdir" ]; then
            echo "Installed. To start it, or what was installed in place of an older one:"
            echo "  systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload"
            echo "  journalctl --update-catalog"
            echo "  systemctl enable numawatch.socket numawatchd.service"
            echo "  systemctl restart numawatch.socket numawatchd.service"
        fi
        ;;
    uninstall)
        if [ -z "$destdir" ] && systemctl is-active --quiet numawatchd.service numawatch.socket \
            numawatch-metrics.socket numawatch-iterator.service 2>/dev/null; then
            echo "numawatch is running; stop it first:" \
                "systemctl disable --now numawatch.socket numawatchd.service" \
                "numawatch-metrics.socket numawatch-iterator.service" >&2
            exit 1
        fi
        # The drop-in for tracing where it is as it was shipped.
        shipped=$destdir/$prefix/share/numawatch/tracing.conf
        dropin=$destdir/etc/systemd/system/numawatchd.service.d
        if [ -e "$dropin/tracing.conf" ] && [ -e "$shipped" ] && cmp -s "$shipped" "$dropin/tracing.conf"; then
            rm -f "$dropin/tracing.conf"
        fi
        table | while read -r kind from to; do take "$kind" "$from" "$destdir/$to"; done
        # The innermost first.
        table | awk '$1 == "directory" { print $3 }' | sort -r | while read -r to; do
            rmdir "$destdir/$to" 2>/dev/null || true
        done
        # What the shipped tmpfiles.d made, and the mount point of the iterator's directory.
        rmdir "$dropin" "$destdir/run/numawatch/iterator" "$destdir/run/numawatch" \
            "$destdir/sys/fs/bpf/numawatch" 2>/dev/null || true
        if [ -z "$destdir" ]; then
            systemctl daemon-reload 2>/dev/null || true
            journalctl --update-catalog 2>/dev/null || true
            echo "Removed. Its user is left, as other files may be its own: userdel numawatch"
        fi
        # What the daemon remembers is an administrator's to throw away, as a changed configuration is.
        if [ -d "$destdir/var/lib/numawatch" ]; then
            echo "Kept $destdir/var/lib/numawatch; to remove it: rm -r $destdir/var/lib/numawatch"
        fi
        ;;
    *)
        echo "usage: install.sh install|uninstall BINARIES DESTDIR PREFIX" >&2
        exit 2
        ;;
esac
