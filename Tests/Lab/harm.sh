#!/bin/sh
# harm.sh BINARIES
# What watching does to the watched: how long mmap and munmap take in a process with much memory while nobody watches,
# while numawatchd does, and while "numastat -p" does. A measurement, not a test: it prints numbers and fails only when
# it cannot measure. docs/harm.md has figures and says how to read them.
#
# The observers take turns, so that what else the machine does falls on all of them alike. Every turn starts a new
# target and a new observer, which therefore knows nothing yet of the machine or of the target.
#
# TURNS=3                 turns of each observer
# LENGTH=65               seconds of a turn
# INTERVAL=60             seconds between two readings of an observer; with 60 the daemon runs with its own defaults
# TARGETS="1024 4096 1024/1000"
#                         MiB of the target's memory, in 4 KiB pages, and into how many mappings it is divided
# PLACE=                  further keys of the target: "memory_node=0 thread_node=1"
set -eu

binaries=$1
turns=${TURNS:-3}
length=${LENGTH:-65}
interval=${INTERVAL:-60}
targets=${TARGETS:-1024 4096 1024/1000}
place=${PLACE:-}

directory=$(mktemp -d)
target=
observer=
stop() {
    for child in $target $observer; do kill "$child" 2>/dev/null || true; done
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT TERM

# An interval other than the default comes with a CPU limit that does not lengthen it again.
if [ "$interval" -eq 60 ]; then
    : >"$directory/configuration"
else
    printf '[Sampling]\nHostInterval=%ss\nLedgerInterval=%ss\nPlacementInterval=%ss\nCPULimit=100%%\n' \
        "$interval" "$interval" "$interval" >"$directory/configuration"
fi

start_nobody() { :; }

start_numawatchd() {
    MALLOC_ARENA_MAX=2 "$binaries/numawatchd" --config "$directory/configuration" --socket "$directory/socket" \
        2>"$directory/log" &
    observer=$!
}

start_numastat() {
    while :; do
        numastat -p "$1" >/dev/null
        sleep "$interval"
    done &
    observer=$!
}

# The value of KEY=… in the lines of the target's output that begin with WORD: value WORD KEY
value() { awk -v word="$1" -v key="$2=" '$1 == word { for (i = 2; i <= NF; i++) if (index($i, key) == 1) {
    print substr($i, length(key) + 1); exit } }' "$directory/target"; }

# What the daemon did with the target: how it read its placement, and the longest call that holds the target's lock.
daemon_note() {
    "$binaries/numawatch" show "$1" --json --socket "$directory/socket" >"$directory/show" 2>/dev/null || {
        cat "$directory/log" >&2
        echo "numawatchd does not answer for process $1" >&2
        exit 1
    }
    method=$(grep -o '"method":"[a-z]*"' "$directory/show" | head -n 1 | cut -d '"' -f 4)
    hold=$("$binaries/numawatch" metrics --socket "$directory/socket" |
        awk '$1 == "numawatch_hold_longest_seconds" { printf "%.2f", $2 * 1000 }')
    echo "${method:-none},${hold:--}"
}

# turn OBSERVER MIB MAPPINGS
turn() {
    # shellcheck disable=SC2086  # a list of keys
    "$binaries/numawatch-workload" stall "mib=$2" "maps=$3" $place >"$directory/target" &
    target=$!
    until grep -q '^ready' "$directory/target"; do
        kill -0 "$target" 2>/dev/null || { echo "the target of $2 MiB did not start" >&2 && exit 1; }
        sleep 0.1
    done
    "start_$1" "$target"
    sleep "$length"
    note=-
    [ "$1" != numawatchd ] || note=$(daemon_note "$target")
    kill "$target"
    wait "$target" || true
    target=
    if [ -n "$observer" ]; then
        kill "$observer" 2>/dev/null || true
        wait "$observer" 2>/dev/null || true
        observer=
    fi
    echo "$2 $3 $1 $(value 'done' rounds) $(value stall worst_ns) $(value stall over_1ms)" \
        "$(value stall worst_blocked_ns) $(value stall blocked_over_1ms) $note" >>"$directory/results"
}

echo "Host: $(uname -sr), $(grep -c ^processor /proc/cpuinfo) CPUs; $turns turns of $length s," \
    "an interval of $interval s"
for target_size in $targets; do
    mib=${target_size%/*}
    mappings=1
    [ "$mib" = "$target_size" ] || mappings=${target_size#*/}
    number=0
    while [ "$number" -lt "$turns" ]; do
        for name in nobody numawatchd numastat; do turn "$name" "$mib" "$mappings"; done
        number=$((number + 1))
    done
done

# Over all turns: the worst, and sums. Times in milliseconds. "Blocked" leaves out the time the target was ready to run
# and had no CPU: on a machine with other things to do that is most of what is slow, and no observer's doing.
awk '
    function row(a, b, c, d, e, f, g, h, i) {
        printf "%6s %9s  %-10s %12s %9s %9s %10s %11s  %s\n", a, b, c, d, e, f, g, h, i
    }
    BEGIN { row("MIB", "MAPPINGS", "OBSERVER", "PAIRS", "WORST", "OVER 1MS", "BLOCKED", "BLOCKED>1MS", "METHOD,HOLD") }
    {
        key = $1 " " $2 " " $3
        if (!(key in pairs)) order[++keys] = key
        pairs[key] += $4; over[key] += $6; blocked[key] += $8
        if ($5 > worst[key]) worst[key] = $5
        if ($7 > worst_blocked[key]) worst_blocked[key] = $7
        notes[key] = notes[key] (key in notes ? " " : "") $9
    }
    END {
        for (n = 1; n <= keys; n++) {
            split(order[n], part, " ")
            key = order[n]
            row(part[1], part[2], part[3], pairs[key], sprintf("%.2f", worst[key] / 1e6), over[key],
                sprintf("%.2f", worst_blocked[key] / 1e6), blocked[key], part[3] == "numawatchd" ? notes[key] : "-")
        }
    }' "$directory/results"
