#!/bin/sh
# bench.sh BINARIES
# What watching costs: numawatchd's memory, CPU and answers, beside numastat and prometheus-node-exporter in the same
# minute on the same machine. A benchmark, not a test: it prints numbers and fails only when it cannot measure.
#
# PROCESSES=100   user processes on the machine at least; sleeping ones are started to get there
# SECONDS_IDLE=30 how long the daemon is left alone before it is measured
# REQUESTS=1000   requests per server
# RUNS=9          turns of each benchmark that runs inside one process
set -eu

here=$(cd "$(dirname "$0")" && pwd)
binaries=$1
processes=${PROCESSES:-100}
idle=${SECONDS_IDLE:-30}
requests=${REQUESTS:-1000}
turns=${RUNS:-9}

directory=$(mktemp -d)
children=
stop() {
    # shellcheck disable=SC2086  # a list of process ids
    [ -z "$children" ] || kill $children 2>/dev/null || true
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT TERM

ticks=$(getconf CLK_TCK)

# CPU time of a process so far, in seconds.
cpu_seconds() {
    sed 's/.*) //' "/proc/$1/stat" | awk -v ticks="$ticks" '{ printf "%.2f", ($12 + $13) / ticks }'
}

. "$here/measuring.sh"

resident_mib() { awk '$1 == "VmRSS:" { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; }

# The value of a metric in a page: metric FILE NAME{LABELS}
metric() { awk -v name="$2" 'index($0, name " ") == 1 { print $NF; exit }' "$1"; }

# The p-th percentile, in milliseconds, of the seconds in a file, one a line.
percentile() { sort -n "$1" | awk -v p="$2" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.5); if (i < 1) i = 1
    printf "%.2f", v[i] * 1000 }'; }

# Requests one after the other over one connection: latencies FILE CURL-OPTION… URL
latencies() {
    file=$1
    shift
    options=
    url=
    for word in "$@"; do
        options="$options $url"
        url=$word
    done
    i=0
    while [ "$i" -lt "$requests" ]; do
        echo "url=\"$url\""
        echo "output=\"/dev/null\""
        i=$((i + 1))
    done >"$directory/urls"
    # shellcheck disable=SC2086  # a list of options
    curl --silent --fail $options --config "$directory/urls" --write-out '%{time_total}\n' >"$file"
}

# Kernel threads have no memory of their own and cost nobody anything.
user_processes() { ps -e -o pid=,rss= | awk '$2 > 0 { print $1 }'; }
count=$(user_processes | wc -l)
while [ "$count" -lt "$processes" ]; do
    sleep 600 &
    children="$children $!"
    count=$((count + 1))
done
pids=$(user_processes | head -n "$processes" | tr '\n' ' ')

echo "Host: $(uname -sr), $(nproc) CPUs, $(find /sys/devices/system/node -maxdepth 1 -name 'node[0-9]*' | wc -l) NUMA" \
    "node(s), $(user_processes | wc -l) user processes"

# --- numawatchd ------------------------------------------------------------------------------------------------------
socket=$directory/numawatch.sock
MALLOC_ARENA_MAX=2 "$binaries/numawatchd" --socket "$socket" 2>"$directory/numawatchd.log" &
daemon=$!
children="$children $daemon"
waited=0
until curl --silent --fail --output /dev/null --unix-socket "$socket" http://numawatch/healthz; do
    waited=$((waited + 1))
    if [ "$waited" -gt 300 ] || ! kill -0 "$daemon" 2>/dev/null; then
        cat "$directory/numawatchd.log" >&2
        echo "numawatchd did not become ready" >&2
        exit 1
    fi
    sleep 0.1
done
page() { curl --silent --fail --unix-socket "$socket" http://numawatch/metrics; }
page >"$directory/before"
cpu_before=$(cpu_seconds "$daemon")
sleep "$idle"
cpu_after=$(cpu_seconds "$daemon")
daemon_idle_mib=$(resident_mib "$daemon")
page >"$directory/after"
latencies "$directory/daemon" --unix-socket "$socket" http://numawatch/metrics
daemon_busy_mib=$(resident_mib "$daemon")

# CPU per round of a tier over the idle time, in milliseconds; where that saw no round, since the start.
round_ms() {
    for page in before after; do
        echo "$(metric "$directory/$page" "numawatch_tier_cpu_seconds_total{tier=\"$1\"}")" \
            "$(metric "$directory/$page" "numawatch_tier_rounds_total{tier=\"$1\"}")"
    done | awk 'NR == 1 { cpu = $1; rounds = $2 }
        NR == 2 { if ($2 > rounds) printf "%.2f", ($1 - cpu) / ($2 - rounds) * 1000
            else if ($2 > 0) printf "%.2f (first)", $1 / $2 * 1000; else printf "no round" }'
}

host_ms=$(round_ms host)
ledger_ms=$(round_ms ledger)

# --- numastat --------------------------------------------------------------------------------------------------------
runs=10
children_seconds
before=$seconds
i=0
while [ "$i" -lt "$runs" ]; do
    # shellcheck disable=SC2086  # a list of process ids
    numastat -p $pids >/dev/null 2>&1 || true
    i=$((i + 1))
done
children_seconds
numastat_ms=$(echo "$before $seconds" | awk -v runs="$runs" '{ printf "%.2f", ($2 - $1) / runs * 1000 }')

# --- prometheus-node-exporter ----------------------------------------------------------------------------------------
exporter=$("$here/extract-tool.sh" prometheus-node-exporter prometheus-node-exporter)
port=$((20000 + $$ % 20000))
"$exporter" --web.listen-address="127.0.0.1:$port" >"$directory/exporter.log" 2>&1 &
node_exporter=$!
children="$children $node_exporter"
waited=0
until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/metrics"; do
    waited=$((waited + 1))
    if [ "$waited" -gt 100 ]; then
        cat "$directory/exporter.log" >&2
        echo "prometheus-node-exporter did not become ready" >&2
        exit 1
    fi
    sleep 0.1
done
exporter_idle_mib=$(resident_mib "$node_exporter")
exporter_requests=$requests
requests=$((requests / 10))
exporter_before=$(cpu_seconds "$node_exporter")
latencies "$directory/exporter" "http://127.0.0.1:$port/metrics"
exporter_after=$(cpu_seconds "$node_exporter")
exporter_busy_mib=$(resident_mib "$node_exporter")
exporter_ms=$(echo "$exporter_before $exporter_after" | awk -v n="$requests" '{ printf "%.2f", ($2 - $1) / n * 1000 }')

# --- The table -------------------------------------------------------------------------------------------------------
row() { printf '%-52s %14s %14s %14s\n' "$@"; }
row "" numawatchd numastat node-exporter
row "resident memory, idle (MiB; limit 20)" "$daemon_idle_mib" - "$exporter_idle_mib"
row "resident memory, after the requests (MiB)" "$daemon_busy_mib" - "$exporter_busy_mib"
row "CPU of a host round, tier 0 (ms)" "$host_ms" - -
row "CPU of a ledger round, tier 1 (ms; with tier 0: 5)" "$ledger_ms" - -
row "CPU of one reading of the same processes (ms)" - "$numastat_ms" -
row "CPU while idle (% of one CPU; limit 1)" \
    "$(echo "$cpu_before $cpu_after" | awk -v s="$idle" '{ printf "%.2f", ($2 - $1) / s * 100 }')" - -
row "/metrics, median (ms; limit 1)" "$(percentile "$directory/daemon" 50)" - "$(percentile "$directory/exporter" 50)"
row "/metrics, 99th percentile (ms)" "$(percentile "$directory/daemon" 99)" - "$(percentile "$directory/exporter" 99)"
row "/metrics, CPU per request (ms)" - - "$exporter_ms"
echo "numawatchd: $exporter_requests requests, node-exporter: $requests; idle for $idle s;" \
    "longest hold of a target's lock:" \
    "$(metric "$directory/after" numawatch_hold_longest_seconds | awk '{ printf "%.2f ms", $1 * 1000 }')"

# --- Inside one process ----------------------------------------------------------------------------------------------
# The servers are stopped first: what follows wants the machine for itself. The sleeping processes stay.
kill "$daemon" "$node_exporter"
wait "$daemon" "$node_exporter" 2>/dev/null || true
echo
echo "CPU time beside a baseline in the same process; ratio above 1: slower than the baseline"
"$binaries/numawatch-bench" --runs "$turns"

echo
echo "Peak memory, each in a process of its own"
for name in $("$binaries/numawatch-bench" --memory-list); do
    "$binaries/numawatch-bench" --memory "$name"
done

echo
echo "Other programs on the trace that trace.parse reads (MB/s of CPU time)"
"$binaries/numawatch-bench" --print-trace >"$directory/trace.txt"
megabytes=$(wc -c <"$directory/trace.txt" | awk '{ printf "%.1f", $1 / 1000000 }')
runs=20
peer() {
    children_seconds
    before=$seconds
    i=0
    while [ "$i" -lt "$runs" ]; do
        # Not to /dev/null: grep sees that and stops at the first match.
        LC_ALL=C "$@" "$directory/trace.txt" >"$directory/output"
        i=$((i + 1))
    done
    children_seconds
    echo "$before $seconds" | awk -v n="$runs" -v size="$megabytes" -v name="$*" '
        { if ($2 > $1) printf "%-40s %8.0f\n", name, size * n / ($2 - $1) }'
}
peer wc -l
peer grep -c ': hint_fault:'
peer awk '/: hint_fault:/ { n++ } END { print n }'

# perf reads its own perf.data only, which the kernel alone can fill: "perf script" is compared where both were recorded
# (docs/benchmarks.md).
echo
echo "trace-cmd on the recording that pages.decode and recording.replay read (M events/s of CPU time)"
"$binaries/numawatch-bench" --print-recording >"$directory/trace.dat"
children_seconds
before=$seconds
trace-cmd report -i "$directory/trace.dat" >"$directory/report" 2>"$directory/errors"
children_seconds
events=$(grep -c ': ' "$directory/report")
echo "$before $seconds" | awk -v n="$events" '{ printf "%-40s %8.2f\n", "trace-cmd report", n / ($2 - $1) / 1000000 }'

echo
echo "The live view on a terminal of 80 by 24"
"$here/bench-top.sh" "$binaries"
