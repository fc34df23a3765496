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
        install -m 755 "$binaries/numawatchd" "$binaries/numawatch" "$bin/"
        sed "s|^ExecStart=/usr/bin/|ExecStart=$prefix/bin/|" systemd/numawatchd.service \
            >"$lib/systemd/system/numawatchd.service"
        chmod 644 "$lib/systemd/system/numawatchd.service"
        install -m 644 systemd/numawatch.socket "$lib/systemd/system/"
        install -m 644 systemd/tracing.conf "$share/"
        install -m 644 systemd/sysusers.d/numawatch.conf "$lib/sysusers.d/"
        install -m 644 systemd/tmpfiles.d/numawatch.conf "$lib/tmpfiles.d/"
        if [ -e "$conf/numawatchd.conf" ] && ! cmp -s config/numawatchd.conf "$conf/numawatchd.conf"; then
            install -m 644 config/numawatchd.conf "$conf/numawatchd.conf.new"
            echo "Kept $conf/numawatchd.conf, which was changed; the new one is $conf/numawatchd.conf.new"
        else
            install -m 644 config/numawatchd.conf "$conf/"
        fi
        if [ -z "$destdir" ]; then
            echo "Installed. To start it:"
            echo "  systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload"
            echo "  systemctl enable --now numawatch.socket numawatchd.service"
        fi
        ;;
    uninstall)
        if [ -z "$destdir" ] && systemctl is-active --quiet numawatchd.service 2>/dev/null; then
            echo "numawatchd is running; stop it first: systemctl disable --now numawatch.socket numawatchd.service" >&2
            exit 1
        fi
        rm -f "$bin/numawatchd" "$bin/numawatch" \
            "$lib/systemd/system/numawatchd.service" "$lib/systemd/system/numawatch.socket" \
            "$lib/sysusers.d/numawatch.conf" "$lib/tmpfiles.d/numawatch.conf" "$share/tracing.conf" \
            "$conf/numawatchd.conf.new"
        if [ -e "$conf/numawatchd.conf" ]; then
            if cmp -s config/numawatchd.conf "$conf/numawatchd.conf"; then
                rm -f "$conf/numawatchd.conf"
            else
                echo "Kept $conf/numawatchd.conf, which was changed"
            fi
        fi
        rmdir "$share" "$conf/numawatchd.conf.d" "$conf" 2>/dev/null || true
        ;;
    *)
        echo "usage: install.sh install|uninstall BINARIES DESTDIR PREFIX" >&2
        exit 2
        ;;
esac
