#!/bin/sh
# harm.sh BINARIES
# What watching does to the watched: how long mmap and munmap take in a process with much memory while nobody watches,
# while numawatchd does, and while "numastat -p" does. A measurement, not a test: it prints numbers and fails only when
# it cannot measure. docs/harm.md has figures and says how to read them. On a host it is "make harm", in a guest of the
# lab the check "harm".
#
# The observers take turns, in another order each time, so that what else the machine does falls on all of them alike.
# Every turn starts a new target and a new observer, which therefore knows nothing yet of the machine or of the target.
#
# TURNS=3                 turns of each observer
# LENGTH=125              seconds of a turn
# INTERVAL=120            seconds between two readings of an observer; with 120 the daemon runs with its own default
# HOLD=                   MaxHold= of the daemon; its own default where this is not given
# TARGETS="1024 4096 1024/1000"
#                         MiB of the target's memory, in 4 KiB pages, and into how many mappings it is divided
# PLACE=                  further keys of the target: "memory_node=0 thread_node=1"
# RESULTS=                a file that keeps the figures of each turn: MiB, mappings, observer, pairs of mmap and
#                         munmap, the longest of them, how many took over 1 ms, the longest sleep, how many sleeps
#                         were over 1 ms, all sleep together (times in nanoseconds), and "METHOD,HOLD" of the daemon
set -eu

binaries=$1
turns=${TURNS:-3}
length=${LENGTH:-125}
interval=${INTERVAL:-120}
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
if [ "$interval" -eq 120 ]; then
    : >"$directory/configuration"
else
    printf '[Sampling]\nHostInterval=%ss\nLedgerInterval=%ss\nPlacementInterval=%ss\nCPULimit=100%%\n' \
        "$interval" "$interval" "$interval" >"$directory/configuration"
fi
[ -z "${HOLD:-}" ] || printf '[Placement]\nMaxHold=%s\n' "$HOLD" >>"$directory/configuration"

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
    : >"$directory/target"
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
        "$(value stall worst_blocked_ns) $(value stall blocked_over_1ms) $(value stall total_blocked_ns) $note" \
        >>"$directory/results"
}

echo "Host: $(uname -sr), $(grep -c ^processor /proc/cpuinfo) CPUs; $turns turns of $length s," \
    "an interval of $interval s"
for target_size in $targets; do
    mib=${target_size%/*}
    mappings=1
    [ "$mib" = "$target_size" ] || mappings=${target_size#*/}
    number=0
    while [ "$number" -lt "$turns" ]; do
        case $((number % 3)) in
            0) order="nobody numawatchd numastat" ;;
            1) order="numawatchd numastat nobody" ;;
            2) order="numastat nobody numawatchd" ;;
        esac
        for name in $order; do turn "$name" "$mib" "$mappings"; done
        number=$((number + 1))
    done
done

[ -z "${RESULTS:-}" ] || cp "$directory/results" "$RESULTS"

# "Worst" is of all pairs of all turns, "over 1 ms" their number. "Blocked" is the time the target slept, which is for
# the lock: the median and the worst of the turns' worst pairs, how many pairs of all turns slept over 1 ms, and how
# long the target slept per minute. Times in milliseconds.
sort -k 1,1n -k 2,2n -k 3,3 -k 7,7n "$directory/results" | awk '
    function row(a, b, c, d, e, f, g, h, i, j, k) {
        printf "%6s %8s  %-10s %10s %8s %8s %8s %8s %8s %9s  %s\n", a, b, c, d, e, f, g, h, i, j, k
    }
    function flush() {
        if (!turns) return
        half = int((turns + 1) / 2)
        median = turns % 2 ? blocked[half] : (blocked[half] + blocked[half + 1]) / 2
        row(mib, mappings, name, pairs, sprintf("%.2f", worst / 1e6), over, sprintf("%.2f", median / 1e6),
            sprintf("%.2f", blocked[turns] / 1e6), long, sprintf("%.2f", slept / 1e6 / turns / length_s * 60),
            name == "numawatchd" ? notes : "-")
        turns = pairs = worst = over = long = slept = 0
        notes = ""
    }
    BEGIN {
        row("", "", "", "", "", "", "BLOCKED:", "", "", "", "")
        row("MIB", "MAPPINGS", "OBSERVER", "PAIRS", "WORST", "OVER 1MS", "MEDIAN", "WORST", "OVER 1MS", "PER MIN",
            "METHOD,HOLD")
    }
    $1 != mib || $2 != mappings || $3 != name { flush(); mib = $1; mappings = $2; name = $3 }
    {
        pairs += $4; over += $6; long += $8; slept += $9
        if ($5 > worst) worst = $5
        blocked[++turns] = $7
        notes = notes (notes == "" ? "" : " ") $10
    }
    END { flush() }' length_s="$length" -
