#!/bin/sh
# install.sh install|uninstall BINARIES DESTDIR PREFIX
# Puts the programs, units and configuration where a Debian package would, or removes them. Starts and enables nothing.
set -eu
cd "$(dirname "$0")/.."

verb=$1
binaries=$2
destdir=$3
prefix=$4

bin=$destdir$prefix/bin
lib=$destdir$prefix/lib
share=$destdir$prefix/share/numawatch
conf=$destdir/etc/numawatch

case $verb in
    install)
        install -d "$bin" "$lib/systemd/system" "$lib/sysusers.d" "$lib/tmpfiles.d" "$share" "$conf/numawatchd.conf.d"
        install -m 755 "$binaries/numawatchd" "$binaries/numawatch" "$binaries/numawatch-iterator" "$bin/"
        for unit in numawatchd.service numawatch-iterator.service; do
            sed "s|^\(Exec[A-Za-z]*=\)/usr/bin/numawatch|\1$prefix/bin/numawatch|" "systemd/$unit" \
                >"$lib/systemd/system/$unit"
        done
        sed "s|/usr/share/numawatch/|$prefix/share/numawatch/|" systemd/tracing.conf >"$share/tracing.conf"
        chmod 644 "$lib/systemd/system/numawatchd.service" "$lib/systemd/system/numawatch-iterator.service" \
            "$share/tracing.conf"
        install -m 644 systemd/numawatch.socket "$lib/systemd/system/"
        install -m 644 systemd/sysusers.d/numawatch.conf "$lib/sysusers.d/"
        install -m 644 systemd/tmpfiles.d/numawatch.conf "$lib/tmpfiles.d/"
        if [ -e "$conf/numawatchd.conf" ] && ! cmp -s config/numawatchd.conf "$conf/numawatchd.conf"; then
            install -m 644 config/numawatchd.conf "$conf/numawatchd.conf.new"
            echo "Kept $conf/numawatchd.conf, which was changed; the new one is $conf/numawatchd.conf.new"
        else
            install -m 644 config/numawatchd.conf "$conf/"
        fi
        if [ -z "$destdir" ]; then
            echo "Installed. To start it, or what was installed in place of an older one:"
            echo "  systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload"
            echo "  systemctl enable numawatch.socket numawatchd.service"
            echo "  systemctl restart numawatch.socket numawatchd.service"
        fi
        ;;
    uninstall)
        if [ -z "$destdir" ] && systemctl is-active --quiet numawatchd.service numawatch.socket \
            numawatch-iterator.service 2>/dev/null; then
            echo "numawatch is running; stop it first:" \
                "systemctl disable --now numawatch.socket numawatchd.service numawatch-iterator.service" >&2
            exit 1
        fi
        rm -f "$bin/numawatchd" "$bin/numawatch" "$bin/numawatch-iterator" \
            "$lib/systemd/system/numawatchd.service" "$lib/systemd/system/numawatch-iterator.service" \
            "$lib/systemd/system/numawatch.socket" \
            "$lib/sysusers.d/numawatch.conf" "$lib/tmpfiles.d/numawatch.conf" \
            "$conf/numawatchd.conf.new"
        if [ -e "$conf/numawatchd.conf" ]; then
            if cmp -s config/numawatchd.conf "$conf/numawatchd.conf"; then
                rm -f "$conf/numawatchd.conf"
            else
                echo "Kept $conf/numawatchd.conf, which was changed"
            fi
        fi
        # The drop-in for tracing where it is as it was shipped.
        dropin=$destdir/etc/systemd/system/numawatchd.service.d
        if [ -e "$dropin/tracing.conf" ] && [ -e "$share/tracing.conf" ] &&
            cmp -s "$share/tracing.conf" "$dropin/tracing.conf"; then
            rm -f "$dropin/tracing.conf"
        fi
        rm -f "$share/tracing.conf"
        rmdir "$share" "$conf/numawatchd.conf.d" "$conf" "$dropin" "$destdir/run/numawatch" 2>/dev/null || true
        if [ -z "$destdir" ]; then
            systemctl daemon-reload 2>/dev/null || true
            echo "Removed. Its user is left, as other files may be its own: userdel numawatch"
        fi
        ;;
    *)
        echo "usage: install.sh install|uninstall BINARIES DESTDIR PREFIX" >&2
        exit 2
        ;;
esac
