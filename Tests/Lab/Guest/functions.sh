# shellcheck shell=sh
# What the steps of a guest may call. $OUT is the directory whose files come back.

# collect PATH…: copies files, with the directories they lie in. Files of /proc and /sys have no size to go by: they are
# read to their end. What is not there or may not be read is left out.
collect() {
    for path in "$@"; do
        [ -f "$path" ] || continue
        [ -d "$OUT/${path%/*}" ] || mkdir -p "$OUT/${path%/*}"
        cat "$path" >"$OUT/$path" 2>/dev/null || rm -f "$OUT/$path"
    done
}

# capture [OPTION…]: stores this machine's files as $OUT/root with our own tool. Options are those of "numawatch
# snapshot".
# On CPUs that our programs are not made for the shell copies what that stores of domains.
capture() {
    if [ -e /lab/no-programs ]; then
        (OUT=$OUT/root && collect_domains)
        return
    fi
    numawatch snapshot -o /tmp/capture.tar "$@" || return
    mkdir -p "$OUT/root"
    tar -C "$OUT/root" -xf /tmp/capture.tar && rm /tmp/capture.tar
}

# collect_domains: what scheduling domains are derived from, and what the kernel shows of them.
collect_domains() {
    collect /proc/cmdline /proc/cpuinfo /proc/mounts /proc/schedstat /proc/version /proc/vmstat \
        /proc/sys/kernel/osrelease /proc/sys/kernel/numa_balancing /boot/config-* /usr/lib/modules/*/config
    for name in online possible present offline isolated housekeeping nohz_full modalias smt/control smt/active; do
        collect /sys/devices/system/cpu/$name
    done
    for name in online cpu_capacity topology/*_list topology/*_id cache/index*/level cache/index*/type \
        cache/index*/id cache/index*/size cache/index*/shared_cpu_list; do
        collect /sys/devices/system/cpu/cpu[0-9]*/$name
    done
    for name in online possible has_cpu has_memory has_normal_memory node[0-9]*/cpulist node[0-9]*/distance; do
        collect /sys/devices/system/node/$name
    done
    collect $(find /sys/fs/cgroup -name 'cpuset.*') /sys/kernel/debug/sched/verbose /sys/kernel/debug/sched/features \
        $(find /sys/kernel/debug/sched/domains /proc/sys/kernel/sched_domain -type f 2>/dev/null)
}

# wait_until SECONDS COMMAND…: runs a command until it succeeds; fails when the time is over.
wait_until() {
    end=$(($(cut -d . -f 1 /proc/uptime) + $1))
    shift
    until "$@"; do
        [ "$(cut -d . -f 1 /proc/uptime)" -lt "$end" ] || return 1
        sleep 0.2
    done
}
