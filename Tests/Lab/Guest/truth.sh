# shellcheck shell=sh
# Seeds beside the daemon, in an emulator that counts accesses. Needs functions.sh and daemon.sh.

# keep_apart MASK: all but seeds stays on these CPUs from now on, what is started later too.
keep_apart() {
    for process in 1 $$; do taskset -p "$1" "$process" >/dev/null || return; done
    scan_every 200
    for file in enabled defrag; do echo madvise >"/sys/kernel/mm/transparent_hugepage/$file"; done
}

# run_seed RUN BALANCING SECONDS WORDS…: a seed from its beginning to its end, with what the daemon publishes of it once
# a second: truth/RUN/{seed,process-N.json,verdict-N.json}.
run_seed() {
    directory=$OUT/truth/$1
    group=/sys/fs/cgroup/lab.slice/$1.service
    seconds=$3
    echo "$2" >/proc/sys/kernel/numa_balancing || return
    shift 3
    mkdir -p "$directory" "$group"
    # shellcheck disable=SC2016  # for the inner shell
    sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec numawatch-workload seed "$@"' sh "$group" "$@" \
        >"$directory/seed" 2>"$directory/seed.stderr" &
    wait_until 60 grep -q '^ready' "$directory/seed" || { cat "$directory/seed.stderr" >&2; return 1; }
    pid=$(awk '$1 == "start" { sub("pid=", "", $3); print $3 }' "$directory/seed")
    # The daemon has to have seen it before it works.
    wait_rounds 1
    ask "http://numawatch/v1/processes/$pid" --output "$directory/process-000.json"
    number=1
    while [ "$number" -le "$seconds" ]; do
        printf 'url=http://numawatch/v1/processes/%s\noutput=%s/process-%03d.json\n' "$pid" "$directory" "$number"
        printf 'url=http://numawatch/v1/verdict?pid=%s\noutput=%s/verdict-%03d.json\n' "$pid" "$directory" "$number"
        number=$((number + 1))
    done >/tmp/urls
    ask --rate 120/m --config /tmp/urls 2>/dev/null &
    watcher=$!
    kill -USR1 "$pid"
    wait_until "$seconds" grep -q '^done' "$directory/seed"
    ended=$?
    kill "$watcher" 2>/dev/null
    wait_rounds 1
    # The CPU time of its last round. A verdict is that of the time in which it worked.
    ask "http://numawatch/v1/processes/$pid" --output "$directory/process-999.json"
    kill "$pid"
    wait_until 20 are_gone "$pid"
    rmdir "$group" 2>/dev/null
    return "$ended"
}
