#!/bin/sh
# bench-top.sh BINARIES
# What `numawatch top` costs who looks at it: its first screen, what it sends to the terminal and its CPU time for each
# picture, beside procps' top on the same terminal in the same minute; on this host, and on a made-up one of 500 groups.
#
# PICTURES=20   of each
# GROUPS_SHOWN=500
set -eu

here=$(cd "$(dirname "$0")" && pwd)
binaries=$1
pictures=${PICTURES:-20}
groups=${GROUPS_SHOWN:-500}

directory=$(mktemp -d)
daemons=
stop() {
    # shellcheck disable=SC2086  # a list of process ids
    [ -z "$daemons" ] || kill $daemons 2>/dev/null || true
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT TERM
. "$here/measuring.sh"

# A host that is the same in each round, with one process in each of many units, made of a process of this one.
make_root() {
    root=$1
    for path in /proc/vmstat /proc/stat /proc/uptime /proc/meminfo /proc/version /proc/cpuinfo /proc/mounts \
        /proc/sys/kernel/osrelease /proc/sys/kernel/hostname /proc/sys/kernel/random/boot_id \
        /sys/devices/system/cpu/online /sys/devices/system/cpu/possible /sys/devices/system/node/online \
        /sys/devices/system/node/has_cpu /sys/devices/system/node/has_memory \
        /sys/devices/system/node/node0/cpulist /sys/devices/system/node/node0/meminfo \
        /sys/devices/system/node/node0/distance /sys/devices/system/node/node0/numastat; do
        mkdir -p "$root${path%/*}"
        cat "$path" >"$root$path" 2>/dev/null || rm -f "$root$path"
    done
    i=1
    while [ "$i" -le "$groups" ]; do
        pid=$((10000 + i))
        task=$root/proc/$pid/task/$pid
        mkdir -p "$task"
        for name in stat status sched schedstat cgroup comm; do
            # The numbers of a process stand in it; what it is called tells lines of the table apart.
            sed "s/^$$ (.*) /$pid (worker-$i) /; s/^\(Name:\).*/\1 worker-$i/
                s/^\(Pid\|Tgid\|NStgid\|NSpid\):.*/\1: $pid/" \
                "/proc/$$/$name" >"$task/$name" 2>/dev/null || rm -f "$task/$name"
        done
        echo "0::/system.slice/worker-$i.service" >"$task/cgroup"
        cp "$task"/* "$root/proc/$pid/"
        cat "/proc/$$/numa_maps" >"$root/proc/$pid/numa_maps" 2>/dev/null || rm -f "$root/proc/$pid/numa_maps"
        i=$((i + 1))
    done
}

# start NAME OPTION…: a daemon with a round each second.
start() {
    name=$1
    shift
    printf '[Sampling]\nHostInterval=1s\nLedgerInterval=1s\nCPULimit=100%%\n' >"$directory/$name.conf"
    "$binaries/numawatchd" --config "$directory/$name.conf" --socket "$directory/$name" "$@" 2>"$directory/$name.log" &
    daemons="$daemons $!"
    waited=0
    until curl --silent --fail --output /dev/null --unix-socket "$directory/$name" http://numawatch/healthz; do
        waited=$((waited + 1))
        if [ "$waited" -gt 300 ]; then
            cat "$directory/$name.log" >&2
            echo "numawatchd did not become ready" >&2
            exit 1
        fi
        sleep 0.1
    done
    # Two rounds, of which rates are made.
    sleep 3
}

# look NAME COMMAND: on a terminal of 80 by 24; a line of the table. The first picture is what comes before the
# first pause of 200 ms.
look() {
    name=$1
    children_seconds
    before=$seconds
    TERM=xterm-256color script --quiet --log-out "$directory/out" --log-timing "$directory/timing" \
        --command "stty rows 24 columns 80; $2" >/dev/null </dev/null
    children_seconds
    echo "$before $seconds" >"$directory/seconds"
    awk -v name="$name" -v pictures="$pictures" '
        FILENAME ~ /seconds$/ { cpu = $2 - $1; next }
        { time = $(NF - 1); size = $NF; now += time }
        drawn > 500 && !over && time > 0.2 { over = 1 }
        !over { drawn += size; if (drawn > 500 && !first) first = now }
        over { rest += size }
        END { printf "%-34s %12.0f %16.0f %16.2f\n", name, first * 1000, rest / (pictures - 1), cpu / pictures * 1000 }
    ' "$directory/seconds" "$directory/timing"
}

make_root "$directory/root"
start live
start many --root "$directory/root"

printf '%-34s %12s %16s %16s\n' "" "first, ms" "bytes a picture" "CPU, ms a picture"
look "numawatch top" "'$binaries/numawatch' top --socket '$directory/live' -n $pictures -d 1"
look "numawatch top, $groups groups" "'$binaries/numawatch' top --socket '$directory/many' -n $pictures -d 1"
look "top (procps)" "top -d 1 -n $pictures"
echo "At one picture in 5 s, 50 ms are 1 % of a CPU."
