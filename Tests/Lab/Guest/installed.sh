# shellcheck shell=sh
# The steps of the checks installed-*: numawatch as somebody installs it on Debian, with systemd as the first process.
# Each function that InstalledSteps names is a step; it records what came of it below $OUT/installed and judges nothing.
# Needs functions.sh.
#
# What is installed lies on the programs' disk: /programs/stage.tar is what "make install DESTDIR=…" staged,
# package/*.deb the Debian package in two versions, source.tar the files of the repository that an administrator reads
# or runs, debs/*.deb the packages that only tracing needs. The
# lab's own programs bring the libraries of the host they come from, so that the guest has no library for their sake.

HERE=$OUT/installed
mkdir -p "$HERE"
CONF=/etc/numawatch/numawatchd.conf.d
UNIT=numawatchd.service
UNITS="numawatch.socket numawatchd.service"

# tool NAME ARGUMENT…: a program of the lab's own.
tool() {
    program=$1
    shift
    libraries=/programs/lib/x86_64-linux-gnu:/programs/usr/lib/x86_64-linux-gnu
    /programs/lib64/ld-linux-x86-64.so.2 --library-path $libraries "/programs/bin/$program" "$@"
}

# recorded NAME COMMAND…: output and status of a command, as NAME and NAME.status.
recorded() {
    record=$HERE/$1
    shift
    "$@" >"$record" 2>&1 </dev/null
    echo $? >"$record.status"
}

property() { systemctl show --value --property="$1" "$UNIT"; }
pid() { property MainPID; }
answers() { numawatch status >/dev/null 2>&1; }
# since_boot: seconds, for how long something took.
since_boot() { cut -d ' ' -f 1 /proc/uptime; }
# journal NAME [OPTION…]: what the daemon wrote, without its machine's trimmings.
journal() {
    name=$1
    shift
    journalctl --unit="$UNIT" --output=cat --no-pager "$@" >"$HERE/$name" 2>&1
}
# readme WORD: the lines of the README's example that begins with a word, up to the next empty line.
readme() {
    awk -v word="$1" '$1 == word && /^    / { on = 1 } on && !/^    / { exit } on { sub(/^    /, ""); print }' \
        /lab/source/README.md
}

# install_staged: as README has it for "make install".
install_staged() {
    prepare_host || return
    tar -C / -xf /programs/stage.tar || return
    { readme systemd-sysusers && readme usermod | head -n 1; } >"$HERE/steps"
    recorded start sh -e "$HERE/steps"
    look_at_start
}

# install_package: as README has it for the Debian package, which dpkg starts.
install_package() {
    prepare_host || return
    readme usermod | head -n 1 >"$HERE/steps"
    recorded start sh -ec 'dpkg --install /programs/package/old.deb; . "$0"' "$HERE/steps"
    look_at_start
}

# prepare_host: alice is the README's user, bob is nobody.
prepare_host() {
    dpkg-query --show --showformat='${Package}\n' >"$HERE/packages"
    useradd --create-home alice && useradd --create-home bob || return
    mkdir -p /lab/source && tar -C /lab/source -xf /programs/source.tar
}

# look_at_start: what is enabled and runs, and whom it answers.
look_at_start() {
    wait_until 60 answers || true
    recorded state systemctl show --property=ActiveState,SubState,User,NRestarts,Result "$UNIT"
    recorded enabled systemctl is-enabled $UNITS
    recorded not-enabled systemctl is-enabled numawatch-metrics.socket numawatch-iterator.service
    recorded as-root numawatch status
    recorded as-alice runuser -u alice -- numawatch status
    recorded as-bob runuser -u bob -- numawatch status
    recorded doctor numawatch doctor
    recorded exposure systemd-analyze security --no-pager "$UNIT"
    # Some requests more: each may make threads.
    for request in 1 2 3 4 5 6 7 8; do numawatch metrics >/dev/null || return; done
    journal journal-start
    grep -E '^(VmRSS|RssAnon|RssFile):' "/proc/$(pid)/status" >"$HERE/memory"
}

# reload_good_and_bad: a changed key is in force; a refused file fails the reload and changes nothing.
reload_good_and_bad() {
    before=$(pid)
    printf '[Log]\nLevel=debug\n' >$CONF/10-lab.conf
    recorded reload-good systemctl reload "$UNIT"
    wait_until 20 reloaded 'Level=debug (was info)' || true
    printf '[Log]\nLevel=loud\n' >$CONF/10-lab.conf
    recorded reload-bad systemctl reload "$UNIT"
    recorded reload-answer numawatch status
    # Another file, by the options that a drop-in may set: start and reload both use it.
    rm $CONF/10-lab.conf
    mkdir -p /run/systemd/system/$UNIT.d
    printf '[Log]\nLevel=debug\n' >/etc/numawatch/other.conf
    printf '[Service]\nEnvironment="NUMAWATCHD_OPTIONS=--config /etc/numawatch/other.conf"\n' \
        >/run/systemd/system/$UNIT.d/options.conf
    echo "$before $(pid)" >"$HERE/reload-pids"
    systemctl daemon-reload && systemctl restart "$UNIT"
    printf '[Log]\nLevel=loud\n' >/etc/numawatch/other.conf
    recorded reload-other systemctl reload "$UNIT"
    journal journal-reload
    rm -r /run/systemd/system/$UNIT.d /etc/numawatch/other.conf
    systemctl daemon-reload && systemctl restart "$UNIT"
}
reloaded() { journalctl --unit="$UNIT" --output=cat --no-pager | grep -q -F "$1"; }

# restart_often: ten restarts by hand, well within a minute of a host's time.
restart_often() {
    began=$(since_boot)
    for turn in 1 2 3 4 5 6 7 8 9 10; do
        systemctl restart "$UNIT" && echo "$turn" >>"$HERE/restarts"
    done
    echo "$began $(since_boot)" >"$HERE/restart-times"
    recorded restart-answer numawatch status
    recorded restart-state systemctl is-active $UNITS
}

# refuse_configuration: a refused configuration, a restart, many requests; then it is put right.
refuse_configuration() {
    # Of this step alone: the reloads before it were refused as well.
    began=$(date '+%Y-%m-%d %H:%M:%S')
    printf '[Log]\nLevel=loud\n' >$CONF/10-lab.conf
    recorded refused-restart systemctl restart "$UNIT"
    for request in 1 2 3 4 5 6 7 8 9 10 11 12; do
        # Emulated, a start may take longer than the usual time limit.
        recorded "refused-request-$request" numawatch status --timeout 60
    done
    recorded refused-socket systemctl is-active numawatch.socket
    recorded refused-check numawatchd --check-config
    journal journal-refused --since="$began"
    rm $CONF/10-lab.conf
    # By a request alone, as the README says.
    wait_until 60 answers || true
    recorded refused-mended numawatch status
    recorded refused-state systemctl is-active $UNITS
}

# kill_daemon: with SIGKILL; a request made at once is answered.
kill_daemon() {
    before=$(pid)
    kill -KILL "$before"
    wait_until 60 came_back "$before" || true
    echo "$before $(pid)" >"$HERE/killed-pids"
    recorded killed-answer numawatch status
    recorded killed-state systemctl is-active $UNITS
}
came_back() { [ "$(pid)" != 0 ] && [ "$(pid)" != "$1" ] && answers; }

# stop_daemon: SIGSTOP, and a watchdog that does not wait two minutes.
stop_daemon() {
    mkdir -p /run/systemd/system/$UNIT.d
    printf '[Service]\nWatchdogSec=15s\n' >/run/systemd/system/$UNIT.d/watchdog.conf
    systemctl daemon-reload && systemctl restart "$UNIT" || return
    before=$(pid)
    kill -STOP "$before"
    wait_until 120 came_back "$before" || true
    echo "$before $(pid)" >"$HERE/watchdog-pids"
    recorded watchdog-answer numawatch status
    journal journal-watchdog
    rm -r /run/systemd/system/$UNIT.d
    systemctl daemon-reload && systemctl restart "$UNIT"
}

# trace_installed SECONDS: docs/tracing.md to the letter; first without the packages it names, which has to be said.
trace_installed() {
    awk '/^```sh/ { on++; next } /^```/ { if (on) exit } on { sub(/ *#.*/, ""); print }' /lab/source/docs/tracing.md \
        >"$HERE/tracing-steps"
    grep -v -e '^apt-get' -e '^numawatch' "$HERE/tracing-steps" >"$HERE/tracing-commands"
    # Emulation is slow: a round each second, and room for what CPUs that stand still leave behind.
    printf '[Sampling]\nHostInterval=1s\nLedgerInterval=1s\nCPULimit=100%%\n' >$CONF/10-lab.conf
    printf '[Tracing]\nBufferSize=16M\n' >>$CONF/10-lab.conf
    recorded tracing-start sh -e "$HERE/tracing-commands"
    wait_until 60 answers || true
    recorded tracing-doctor-without numawatch doctor
    recorded tracing-packages sh -c 'dpkg --install /programs/debs/*.deb'
    echo 0 >/proc/sys/kernel/numa_balancing
    scan_often
    recorded tracing-restart systemctl restart "$UNIT"
    wait_until 90 traces || true
    recorded tracing-doctor numawatch doctor
    numawatch metrics >"$HERE/tracing-before"
    grep ^numa_ /proc/vmstat >"$HERE/vmstat-before"
    echo 1 >/proc/sys/kernel/numa_balancing
    tool numawatch-workload moves count=4 mib=8 "seconds=$1" period_ms=3000 >"$HERE/tracing-workload"
    echo 0 >/proc/sys/kernel/numa_balancing
    wait_until 60 settled || true
    numawatch status >"$HERE/tracing-status"
    echo 1 >/proc/sys/kernel/numa_balancing
    # Killed, it comes back, removes what it left, and traces again.
    before=$(pid)
    kill -KILL "$before"
    wait_until 90 came_back "$before" && wait_until 90 traces
    recorded tracing-again numawatch doctor
    ls /sys/kernel/tracing/instances >"$HERE/tracing-instances"
    rm $CONF/50-tracing.conf $CONF/10-lab.conf
    recorded tracing-off systemctl reload "$UNIT"
    wait_until 60 traces_no_more || true
    ls /sys/kernel/tracing/instances >"$HERE/tracing-instances-off"
    cat /sys/kernel/tracing/kprobe_events >"$HERE/tracing-probes-off"
    journal journal-tracing
}
traces() { numawatch metrics 2>/dev/null | grep -q '^numawatch_trace_running 1'; }
traces_no_more() { reloaded 'nothing of it is left'; }
# settled: what the daemon saw is what the kernel counted.
settled() {
    grep ^numa_ /proc/vmstat >"$HERE/vmstat-after"
    numawatch metrics >"$HERE/tracing-after" || return 1
    [ "$(($(seen after) - $(seen before)))" -eq "$(($(hints after) - $(hints before)))" ]
}
hints() { awk '/^numa_hint_faults / { print $2 }' "$HERE/vmstat-$1"; }
seen() { awk '/^numawatch_trace_placed_faults_total/ { sum += $2 } END { printf "%d\n", sum }' "$HERE/tracing-$1"; }

# iterate_installed: as docs/iterator.md has it. The daemon runs already, and is restarted once; so is the unit.
iterate_installed() {
    recorded iterator-before numawatch doctor
    recorded iterator-start systemctl enable --now numawatch-iterator.service
    recorded iterator-state systemctl show --property=ActiveState,SubState,Result numawatch-iterator.service
    stat -c '%A %U %G' /sys/fs/bpf/numawatch /sys/fs/bpf/numawatch/tasks >"$HERE/iterator-modes" 2>&1
    wait_until 120 uses_iterator || true
    recorded iterator-running numawatch doctor
    systemctl restart "$UNIT"
    wait_until 120 uses_iterator || true
    recorded iterator-restarted numawatch doctor
    recorded iterator-replaced systemctl restart numawatch-iterator.service
    wait_until 120 uses_iterator || true
    recorded iterator-renewed numawatch doctor
    recorded iterator-exposure systemd-analyze security --no-pager numawatch-iterator.service
    recorded iterator-stop systemctl disable --now numawatch-iterator.service
    ls -A /sys/fs/bpf/numawatch >"$HERE/iterator-left" 2>&1
    recorded iterator-after numawatch doctor
    journalctl --unit=numawatch-iterator.service --output=cat --no-pager >"$HERE/journal-iterator" 2>&1
}
uses_iterator() { numawatch doctor 2>/dev/null | grep -q '^ok *iterator '; }

# upgrade_running: "make install" over what runs, and the steps it prints.
upgrade_running() {
    printf '[Log]\nLevel=debug\n' >/etc/numawatch/numawatchd.conf
    before=$(pid)
    mkdir -p /lab/binaries || return
    cp /usr/bin/numawatch /usr/bin/numawatchd /usr/bin/numawatch-iterator /lab/binaries || return
    # What is installed already stands in for what is made beside the programs.
    cat >/lab/binaries/numawatch-manuals <<'MANUALS'
#!/bin/sh
awk '$1 == "made" { sub("PREFIX", "/usr", $3); print $2, $3 }' /lab/source/scripts/files.txt |
    while read -r name place; do cp "$place" "$1/$name"; done
MANUALS
    chmod 755 /lab/binaries/numawatch-manuals
    recorded upgrade sh /lab/source/scripts/install.sh install /lab/binaries '' /usr
    readlink "/proc/$before/exe" >"$HERE/upgrade-exe-before"
    sed -n 's/^  //p' "$HERE/upgrade" >"$HERE/upgrade-steps"
    recorded upgrade-start sh -e "$HERE/upgrade-steps"
    wait_until 60 answers || true
    echo "$before $(pid)" >"$HERE/upgrade-pids"
    readlink "/proc/$(pid)/exe" >"$HERE/upgrade-exe"
    recorded upgrade-answer numawatch status
    cat /etc/numawatch/numawatchd.conf >"$HERE/upgrade-conf"
    cp /etc/numawatch/numawatchd.conf.new /etc/numawatch/numawatchd.conf
}

# scrape_installed: the port that systemd opens, Prometheus on it with the shipped rules, and a fault: a full node.
scrape_installed() {
    test -x /programs/bin/prometheus || {
        echo "there is no Prometheus in this guest: NUMAWATCH_PROMTOOL named none on the host" >&2
        return 1
    }
    # Emulation is slow, and nobody waits ten minutes for an alert.
    printf '[Sampling]\nHostInterval=1s\nCPULimit=100%%\n' >$CONF/10-lab.conf
    open_port
    recorded port-metrics port_get /metrics
    recorded port-other-path port_get /v1/status
    sed -e '/^        for: /d' -e 's/^    interval: .*/    interval: 5s/' \
        /usr/share/numawatch/prometheus/numawatch.rules.yml >/lab/numawatch.rules.yml
    # The scrape is the one of docs/alerts.md.
    {
        echo 'global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 5s}'
        awk '/^    rule_files:/ { on = 1 } on && !/^    / { exit } on { sub(/^    /, ""); print }' \
            /lab/source/docs/alerts.md | sed 's|/usr/share/numawatch/prometheus|/lab|'
    } >/lab/prometheus.yml
    /programs/bin/prometheus --config.file=/lab/prometheus.yml --storage.tsdb.path=/lab/prometheus --log.level=warn \
        --web.listen-address=127.0.0.1:9090 >"$HERE/prometheus" 2>&1 &
    prometheus=$!
    # Rules are evaluated once all of them were read: a record of theirs is the last thing to come.
    wait_until 240 finds 'instance_node:numawatch_node_memory_available:ratio' || true
    recorded scraped ask 'up{job="numawatch"} == 1'
    recorded recorded ask 'instance_node:numawatch_node_memory_available:ratio'
    recorded alert-before ask "$FULL"
    recorded filled fill_node 1
    wait_until 240 finds "$FULL" || true
    recorded alert ask "$FULL"
    recorded recorded-full ask 'instance_node:numawatch_node_memory_available:ratio'
    recorded rules get http://127.0.0.1:9090/api/v1/rules
    umount /lab/fill
    wait_until 120 finds_nothing "$FULL" || true
    recorded alert-after ask "$FULL"
    kill $prometheus
    rm $CONF/10-lab.conf
    systemctl reload "$UNIT"
}
FULL='ALERTS{alertname="NumawatchNodeFull",alertstate="firing"}'
get() { tool curl --silent --show-error --max-time 30 "$@"; }
ask() { get --get --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query; }
finds() { ask "$1" 2>/dev/null | grep -q '"result":\[{'; }
finds_nothing() { ask "$1" 2>/dev/null | grep -q '"result":\[\]'; }
# fill_node NODE: shared memory, which nothing drops, in all that is free or page cache but a fiftieth of the node. What
# the kernel frees meanwhile is available, too, and the alert is about a twentieth.
fill_node() {
    mkdir -p /lab/fill && mount -t tmpfs -o "size=100%,mpol=bind:$1" tmpfs /lab/fill || return
    sync && echo 3 >/proc/sys/vm/drop_caches
    mib=$(awk '{ have[$3] = $4 }
        END { print int((have["MemFree:"] + have["FilePages:"] - have["Shmem:"] - have["MemTotal:"] / 50) / 1024) }' \
        "/sys/devices/system/node/node$1/meminfo")
    dd if=/dev/zero of=/lab/fill/all bs=1M count="$mib"
}
# open_port: as docs/socket.md has it.
open_port() {
    awk '/^    systemctl enable numawatch-metrics/ { on = 1 } on && !/^    / { exit }
        on { sub(/ *#.*/, ""); print }' /lab/source/docs/socket.md >"$HERE/port-steps"
    recorded port sh -e "$HERE/port-steps"
    recorded port-state systemctl is-active numawatch-metrics.socket $UNITS
    wait_until 60 answers || true
}
# port_get PATH: what the port for metrics answers.
port_get() {
    bash -c 'exec 3<>/dev/tcp/127.0.0.1/9786 && printf "GET %s HTTP/1.0\r\n\r\n" "$1" >&3 && cat <&3' bash "$1"
}

# explain_journal: an entry of each kind that the journal has, with what the catalogue says of it.
explain_journal() {
    journalctl --list-catalog --no-pager >"$HERE/catalogue" 2>&1
    grep '^| `' /lab/source/docs/events.md >"$HERE/documented-events"
    journalctl --field=NUMAWATCH_EVENT >"$HERE/events"
    while read -r kind; do
        journalctl -x --lines=1 --no-pager "NUMAWATCH_EVENT=$kind" >"$HERE/event-$kind" 2>&1 </dev/null
    done <"$HERE/events"
}

# end_package: upgraded while it runs, with a configuration that was changed here and in the package; removed, purged.
end_package() {
    open_port
    printf '[Log]\nLevel=debug\n' >/etc/numawatch/numawatchd.conf
    before=$(pid)
    recorded package-upgrade dpkg --force-confdef --force-confold --install /programs/package/new.deb
    wait_until 60 answers || true
    echo "$before $(pid)" >"$HERE/package-pids"
    recorded package-version dpkg-query --show numawatch
    cp /etc/numawatch/numawatchd.conf "$HERE/package-conf"
    recorded package-upgraded runuser -u alice -- numawatch status
    recorded package-port port_get /metrics
    recorded package-enabled systemctl is-enabled $UNITS numawatch-metrics.socket
    # Traces of use: the drop-in for tracing, the iterator, a drop-in of the configuration.
    mkdir -p /etc/systemd/system/$UNIT.d
    cp /usr/share/numawatch/tracing.conf /etc/systemd/system/$UNIT.d/
    systemctl daemon-reload
    recorded package-iterator systemctl enable --now --quiet numawatch-iterator.service
    systemctl status --no-pager --lines=20 numawatch-iterator.service >"$HERE/package-iterator-state" 2>&1
    cp /etc/numawatch/numawatchd.conf $CONF/10-lab.conf
    recorded package-remove dpkg --remove numawatch
    recorded package-removed-state systemctl is-active $UNITS numawatch-metrics.socket numawatch-iterator.service
    ls /etc/numawatch >"$HERE/package-kept"
    recorded package-purge dpkg --purge numawatch
    named_files >"$HERE/package-left-files"
    getent passwd numawatch >"$HERE/package-left-accounts"
    getent group numawatch >>"$HERE/package-left-accounts"
    systemctl list-units --all --no-legend '*numawatch*' >"$HERE/package-left-units"
    ps -e -o comm= | grep numawatch >"$HERE/package-left-processes"
    true
}
# named_files: whatever bears the name, but for the lab's own.
named_files() {
    find / -xdev \( -path /lab -o -path /programs -o -path /out -o -path /proc -o -path /sys \) -prune -o \
        -name '*numawatch*' -print
    find /run /sys/fs/bpf -name '*numawatch*'
}

# uninstall: as the README has it; what bears the name afterwards is recorded.
uninstall() {
    recorded uninstall-running sh /lab/source/scripts/install.sh uninstall '' '' /usr
    recorded uninstall-stop systemctl disable --now $UNITS
    recorded uninstall sh /lab/source/scripts/install.sh uninstall '' '' /usr
    # What is kept, removed as it says.
    sed -n 's/^Kept .*to remove it: //p' "$HERE/uninstall" | sh -e
    named_files >"$HERE/left-files"
    systemctl list-units --all --no-legend '*numawatch*' >"$HERE/left-units"
    ps -e -o comm= | grep numawatch >"$HERE/left-processes"
    ls /sys/kernel/tracing/instances >"$HERE/left-instances"
    cat /sys/kernel/tracing/kprobe_events >"$HERE/left-probes"
}
