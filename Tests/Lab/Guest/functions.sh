# shellcheck shell=sh
# What the steps of a guest may call. $OUT is the directory whose files come back.

# collect PATH…: copies files, with the directories they lie in. Files of /proc and /sys have no size to go by: they are
# read to their end. What is not there or may not be read is left out.
collect() {
    for path in "$@"; do
        [ -f "$path" ] || continue
        mkdir -p "$OUT/${path%/*}"
        cat "$path" >"$OUT/$path" 2>/dev/null || rm -f "$OUT/$path"
    done
}

# capture [OPTION…]: stores this machine's files with our own tool as $OUT/root. Options are those of
# "numawatch snapshot".
capture() {
    numawatch snapshot -o /tmp/capture.tar "$@" || return
    mkdir -p "$OUT/root"
    tar -C "$OUT/root" -xf /tmp/capture.tar && rm /tmp/capture.tar
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
