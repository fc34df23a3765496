#!/bin/sh
# bench-peers.sh BINARIES TREE
# What watching a host costs beside what other programs take for it: CPU, memory, an answer, and what it does to a
# watched process. All run at the same time on the same machine at the same interval, each in a cgroup of its own. A
# measurement, not a test: it prints numbers and fails only when it cannot measure. docs/benchmarks.md has figures and
# says what each program delivers.
#
# TREE is what unpack-tools.sh prints: the other programs, which are not installed. They see themselves at their places
# in a mount namespace that ends with this program.
#
# INTERVAL=5    seconds between two readings
# LENGTH=60     seconds of a workload
# TURN=30       seconds of a turn of the stalls
# PROCESSES=100 user processes at least
# FORKS=300     children a second of the workload "forks": a multiple of 100
# PEERS=        those to run; none: all
set -eu

binaries=$1
tree=$2
interval=${INTERVAL:-5}
length=${LENGTH:-60}
turn=${TURN:-30}
processes=${PROCESSES:-100}
forks=${FORKS:-300}
peers=${PEERS:-numawatchd node-exporter process-exporter pcp pcp-threads netdata atop numastat psutil}

[ "$(id -u)" -eq 0 ] || { echo "bench-peers.sh needs root: for cgroups and a mount namespace" >&2 && exit 1; }
if [ "${NUMAWATCH_BENCH_INSIDE:-}" != yes ]; then
    NUMAWATCH_BENCH_INSIDE=yes exec unshare --mount --propagation private "$0" "$@"
fi

# --- A view of the machine in which the peers are installed ----------------------------------------------------------
# Nothing is left of it: it is in no other namespace.
directory=/mnt
mount -t tmpfs tmpfs "$directory"
mkdir "$directory/etc" "$directory/etc.work" "$directory/var" "$directory/var.work"
mount -t overlay overlay -o "ro,lowerdir=$tree/usr:/usr" /usr
for name in etc var; do
    mount -t overlay overlay \
        -o "lowerdir=$tree/$name:/$name,upperdir=$directory/$name,workdir=$directory/$name.work" "/$name"
done
mount -t tmpfs tmpfs /run
mkdir -p /run/pcp /var/log/pcp/pmcd /var/lib/pcp/tmp /var/log/netdata /var/cache/netdata /var/lib/netdata

# --- Groups ----------------------------------------------------------------------------------------------------------
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$cgroups" ] || { echo "no cgroup v2 is mounted: whose CPU time is whose cannot be told" >&2 && exit 1; }
cgroups=$cgroups/numawatch-peers
mkdir -p "$cgroups"

# Ends what is in a group and waits until it has ended.
end_group() {
    [ -d "$cgroups/$1" ] || return 0
    while read -r pid; do kill -TERM "$pid" 2>/dev/null || true; done <"$cgroups/$1/cgroup.procs"
    tries=0
    while grep -q populated\ 1 "$cgroups/$1/cgroup.events"; do
        tries=$((tries + 1))
        if [ "$tries" -eq 50 ]; then
            while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done <"$cgroups/$1/cgroup.procs"
        fi
        sleep 0.1
    done
    rmdir "$cgroups/$1"
}

stop() {
    for group in "$cgroups"/*/; do end_group "$(basename "$group")"; done
    rmdir "$cgroups" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT TERM

# in_group NAME COMMAND…: starts the command in a group, in the background.
in_group() {
    group=$cgroups/$1
    mkdir -p "$group"
    shift
    # shellcheck disable=SC2016  # for the inner shell
    sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@" &
    until grep -q "^0::.*/${group##*/}\$" "/proc/$!/cgroup" 2>/dev/null || ! kill -0 "$!" 2>/dev/null; do :; done
}

# CPU time of a group so far, microseconds: of what has ended in it, too.
cpu_us() { awk '$1 == "usage_usec" { print $2 }' "$cgroups/$1/cpu.stat"; }

# Memory of a group that the host cannot take back, MiB.
anonymous_mib() {
    while read -r pid; do
        awk '$1 == "RssAnon:" { print $2 }' "/proc/$pid/status" 2>/dev/null || true
    done <"$cgroups/$1/cgroup.procs" | awk '{ sum += $1 } END { printf "%.1f", sum / 1024 }'
}

# --- The peers -------------------------------------------------------------------------------------------------------
port=$((20000 + $$ % 20000))

start_numawatchd() {
    # Resident placements at the common interval, too; what the host allows is not lengthened while it can be kept.
    printf '[Sampling]\nHostInterval=%ss\nLedgerInterval=%ss\n%s' "$interval" "$interval" "${placement:-}" \
        >"$directory/numawatchd.conf"
    in_group numawatchd env MALLOC_ARENA_MAX=2 "$binaries/numawatchd" --config "$directory/numawatchd.conf" \
        --socket "$directory/numawatchd.sock" >"$directory/numawatchd.log" 2>&1
}
scrape_numawatchd() { curl -fsS --unix-socket "$directory/numawatchd.sock" http://numawatch/metrics; }

start_node_exporter() {
    in_group node-exporter prometheus-node-exporter --web.listen-address="127.0.0.1:$port" \
        --collector.processes --collector.meminfo_numa >"$directory/node-exporter.log" 2>&1
}
scrape_node_exporter() { curl -fsS "http://127.0.0.1:$port/metrics"; }

start_process_exporter() {
    # shellcheck disable=SC2016  # a template of the exporter's
    printf 'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n' >"$directory/process-exporter.yml"
    in_group process-exporter prometheus-process-exporter -config.path "$directory/process-exporter.yml" \
        -web.listen-address "127.0.0.1:$((port + 1))" >"$directory/process-exporter.log" 2>&1
}
scrape_process_exporter() { curl -fsS "http://127.0.0.1:$((port + 1))/metrics"; }

# pmcd reads when a client asks: pmlogger does, at the interval, from a group that is not counted.
start_pmcd() { # GROUP PORT THREADS
    printf '%s\n' "pmcd 2 dso pmcd_init /var/lib/pcp/pmdas/pmcd/pmda_pmcd.so" \
        "proc 3 pipe binary /var/lib/pcp/pmdas/proc/pmdaproc -d 3 -U root" \
        "linux 60 pipe binary /var/lib/pcp/pmdas/linux/pmdalinux -U root" \
        '[access]' 'allow "local:*" : all;' >"$directory/pmcd.conf"
    grep -q '^pcp:' /etc/passwd || echo 'pcp:x:999:999::/var/lib/pcp:/bin/false' >>/etc/passwd
    grep -q '^pcp:' /etc/group || echo 'pcp:x:999:' >>/etc/group
    (cd /var/lib/pcp/pmns && PCP_DIR='' /usr/lib/pcp/pmns/Rebuild) >"$directory/$1.pmns" 2>&1
    # Its agents write their logs where they are started.
    in_group "$1" env --chdir="$directory" \
        /usr/lib/pcp/bin/pmcd -f -U root -c "$directory/pmcd.conf" -l "$directory/$1.log" -p "$2" \
        -s "/run/pcp/$1.socket" -H bench >"$directory/$1.out" 2>&1
    printf 'log mandatory on %s sec {\n' "$interval" >"$directory/pmlogger.conf"
    printf '    %s\n' proc.psinfo.pid proc.psinfo.cmd proc.psinfo.utime proc.psinfo.stime proc.psinfo.processor \
        proc.psinfo.threads proc.psinfo.cpusallowed proc.psinfo.start_time proc.memory.vmrss proc.id.uid \
        proc.schedstat.cpu_time proc.schedstat.run_delay mem.numa mem.vmstat kernel.percpu.cpu kernel.pernode.cpu \
        >>"$directory/pmlogger.conf"
    echo '}' >>"$directory/pmlogger.conf"
    until pminfo -h "unix:///run/pcp/$1.socket" -f proc.nprocs >/dev/null 2>&1; do pause "$1"; done
    [ "$3" = no ] || pmstore -h "unix:///run/pcp/$1.socket" proc.control.all.threads 1 >/dev/null
    mkdir -p "$directory/$1.archive"
    in_group "$1-client" /usr/lib/pcp/bin/pmlogger -h "unix:///run/pcp/$1.socket" -c "$directory/pmlogger.conf" \
        -l "$directory/$1.pmlogger" "$directory/$1.archive/0" >"$directory/$1.pmlogger.out" 2>&1
}
start_pcp() { start_pmcd pcp $((port + 2)) no; }
start_pcp_threads() { start_pmcd pcp-threads $((port + 3)) yes; }

start_netdata() {
    printf '[global]\n    run as user = root\n    update every = %s\n[db]\n    mode = ram\n    update every = %s\n%s' \
        "$interval" "$interval" "[web]
    bind to = 127.0.0.1:$((port + 4))
[health]
    enabled = no
[ml]
    enabled = no
[registry]
    enabled = no
" >"$directory/netdata.conf"
    in_group netdata netdata -D -c "$directory/netdata.conf" >"$directory/netdata.log" 2>&1
}
scrape_netdata() { curl -fsS "http://127.0.0.1:$((port + 4))/api/v1/allmetrics?format=prometheus"; }

start_atop() { in_group atop atop -w "$directory/atop.raw" "$interval" >"$directory/atop.log" 2>&1; }

start_numastat() {
    # shellcheck disable=SC2016  # for the inner shell
    in_group numastat sh -c 'while :; do
            numastat -p $(ps -e -o pid=,rss= | awk "\$2 > 0 { print \$1 }") >/dev/null 2>&1
            sleep "$0"
        done' "$interval"
}

start_psutil() {
    in_group psutil /usr/bin/python3 -c '
import psutil, sys, time
while True:
    for process in psutil.process_iter(
        ["pid", "name", "username", "cpu_times", "memory_info", "num_threads", "cpu_num", "cpu_affinity", "create_time"]
    ):
        pass
    time.sleep(float(sys.argv[1]))' "$interval" >"$directory/psutil.log" 2>&1
}

function_of() { echo "$1_$2" | tr - _; }

# --- Waiting ---------------------------------------------------------------------------------------------------------
# Gives a program that starts time; fails when it has ended or has not come after 30 s.
waits=0
pause() {
    waits=$((waits + 1))
    if [ "$waits" -gt 300 ] || ! grep -q populated\ 1 "$cgroups/$1/cgroup.events"; then
        tail -n 20 "$directory/$1"*.log >&2 || true
        echo "$1 did not become ready" >&2
        exit 1
    fi
    sleep 0.1
}

scrapes() { command -v "$(function_of scrape "$1")" >/dev/null; }

start_peer() {
    waits=0
    "$(function_of start "$1")"
    if scrapes "$1"; then
        until "$(function_of scrape "$1")" >/dev/null 2>&1; do pause "$1"; done
    fi
}

# Exporters read when they are asked. numawatchd and netdata read by themselves; they are asked as often.
scrape_all_for() {
    left=$1
    while [ "$left" -gt 0 ]; do
        for peer in $peers; do
            if scrapes "$peer"; then "$(function_of scrape "$peer")" >/dev/null; fi
        done
        sleep "$interval"
        left=$((left - interval))
    done
}

# --- Workloads -------------------------------------------------------------------------------------------------------
workload() {
    in_group "workload-$1" "$binaries/numawatch-workload" "$2" "$3" "${4:-count=1}" >"$directory/workload-$1"
    until grep -q '^ready' "$directory/workload-$1" 2>/dev/null; do
        waits=0
        pause "workload-$1"
    done
}

# A row for each peer: CPU in % of one, and anonymous memory at the end.
measure() {
    for peer in $peers; do cpu_us "$peer" >"$directory/$peer.before"; done
    begin=$(date +%s%N)
    scrape_all_for "$length"
    end=$(date +%s%N)
    for peer in $peers; do
        echo "$1 $peer $(($(cpu_us "$peer") - $(cat "$directory/$peer.before"))) $(((end - begin) / 1000))" \
            "$(anonymous_mib "$peer")"
    done >>"$directory/figures"
    if scrapes numawatchd && echo " $peers " | grep -q ' numawatchd '; then
        scrape_numawatchd >"$directory/numawatchd.page"
        awk -v workload="$1" '/^numawatch_tier_interval_seconds\{/ { print workload, $1, $2 }' \
            "$directory/numawatchd.page" >>"$directory/intervals"
    fi
}

user_processes() { ps -e -o pid=,rss= | awk '$2 > 0' | wc -l; }
count=$((processes - $(user_processes)))
[ "$count" -le 0 ] || workload processes idle "count=$count"
echo "Host: $(uname -sr), $(grep -c ^processor /proc/cpuinfo) CPUs; every $interval s, $length s a workload"

for peer in $peers; do start_peer "$peer"; done
# The first readings are of a host that is not known yet.
scrape_all_for $((2 * interval))
measure "100-processes"
workload threads idle count=1000 threads=2
scrape_all_for $((2 * interval))
measure "2000-threads"
end_group workload-threads
scrape_all_for $((2 * interval))
measure "threads-gone"
workload forks storm "count=$((forks / 100))" period_ms=10
measure "forks"
end_group workload-forks
workload large large mib=2048
workload mappings vmas maps=20000
scrape_all_for $((2 * interval))
measure "large"
end_group workload-large
end_group workload-mappings

# --- An answer -------------------------------------------------------------------------------------------------------
for peer in $peers; do
    scrapes "$peer" || continue
    before=$(cpu_us "$peer")
    i=0
    while [ "$i" -lt 20 ]; do
        "$(function_of scrape "$peer")" >"$directory/page"
        i=$((i + 1))
    done
    echo "$peer $((($(cpu_us "$peer") - before) / 20)) $(wc -c <"$directory/page") $(grep -vc '^#' "$directory/page")" \
        >>"$directory/answers"
done
for peer in $peers; do
    end_group "$peer"
    end_group "$peer-client"
done

# --- What it does to a watched process -------------------------------------------------------------------------------
# Alone, one after the other, beside two targets: longest sleep of a pair of mmap and munmap, which is for the lock.
placement=$(printf 'PlacementInterval=%ss\nCPULimit=100%%\n' "$interval")
for peer in nobody $peers; do
    for target in one many; do
        memory=2048 maps=1
        [ "$target" = one ] || { memory=512 maps=20000; }
        in_group "target-$target" "$binaries/numawatch-workload" stall "mib=$memory" "maps=$maps" >"$directory/$target"
        waits=0
        until grep -q '^ready' "$directory/$target"; do pause "target-$target"; done
    done
    [ "$peer" = nobody ] || start_peer "$peer"
    all=$peers
    peers=$peer
    scrape_all_for "$turn"
    peers=$all
    for target in one many; do
        end_group "target-$target"
        awk -v peer="$peer" -v target="$target" '$1 == "stall" { for (i = 2; i <= NF; i++) { split($i, part, "=")
            value[part[1]] = part[2] } } END { print peer, target, value["worst_blocked_ns"], value["blocked_over_1ms"],
            value["total_blocked_ns"] }' "$directory/$target" >>"$directory/stalls"
    done
    [ "$peer" = nobody ] || { end_group "$peer" && end_group "$peer-client"; }
done

# --- The tables ------------------------------------------------------------------------------------------------------
echo
echo "CPU in % of one, and memory the host cannot take back (MiB), by workload"
awk '{ if (!($1 in seen)) { seen[$1] = 1; order[++n] = $1 }
    if (!($2 in known)) { known[$2] = 1; row[++rows] = $2 }
    cpu[$1, $2] = $3 / $4 * 100; memory[$1, $2] = $5 }
    END { printf "%-18s", ""; for (i = 1; i <= n; i++) printf " %20s", order[i]; print ""
        for (j = 1; j <= rows; j++) { printf "%-18s", row[j]
            for (i = 1; i <= n; i++) printf " %11.2f %8s", cpu[order[i], row[j]], memory[order[i], row[j]]
            print "" } }' \
    "$directory/figures"
echo
echo "An answer in Prometheus's format: CPU of one (ms), bytes, lines"
awk '{ printf "%-18s %10.2f %10d %8d\n", $1, $2 / 1000, $3, $4 }' "$directory/answers"
echo
echo "Sleep of a process with 2 GiB in one mapping, and of one with 512 MiB in 20,000, in $turn s with a reading each" \
    "$interval s: longest (ms), over 1 ms, all (ms)"
awk '{ if (!($1 in known)) { known[$1] = 1; row[++rows] = $1 }
    text[$1, $2] = sprintf("%9.2f %7d %9.1f", $3 / 1e6, $4, $5 / 1e6) }
    END { for (j = 1; j <= rows; j++) printf "%-18s %s   %s\n", row[j], text[row[j], "one"], text[row[j], "many"] }' \
    "$directory/stalls"
if [ -s "$directory/intervals" ]; then
    echo
    echo "numawatchd's intervals in use (s)"
    cat "$directory/intervals"
fi
