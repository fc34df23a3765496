#!/bin/sh
# run.sh BINARIES
# Starts numawatchd in the foreground on a private socket, prints a first report once it is ready, then a line of change
# per interval until Ctrl-C. With ONCE=1 it prints the report and ends.
set -eu

binaries=$1
directory=$(mktemp -d "${XDG_RUNTIME_DIR:-/tmp}/numawatch.XXXXXX")
socket=$directory/numawatch.sock
daemon=
watcher=

stop() {
    status=$?
    trap - EXIT INT TERM HUP
    if [ -n "$watcher" ]; then kill -TERM "$watcher" 2>/dev/null || true; fi
    if [ -n "$daemon" ] && kill -TERM "$daemon" 2>/dev/null; then wait "$daemon" || status=$?; fi
    rm -rf "$directory"
    exit "$status"
}
trap stop EXIT
trap 'exit 0' INT TERM HUP

# Malloc arenas per thread only raise the resident size; the service sets the same.
MALLOC_ARENA_MAX=2 "$binaries/numawatchd" --socket "$socket" &
daemon=$!

# The daemon answers "ready" on /healthz once its first round is complete.
waited=0
until curl --silent --fail --output /dev/null --unix-socket "$socket" http://numawatch/healthz; do
    if ! kill -0 "$daemon" 2>/dev/null; then
        status=0
        wait "$daemon" || status=$?
        daemon=
        echo "numawatchd ended before it was ready (exit status $status)" >&2
        exit 1
    fi
    waited=$((waited + 1))
    if [ "$waited" -gt 300 ]; then
        echo "numawatchd is not ready after 30 seconds" >&2
        exit 1
    fi
    sleep 0.1
done

"$binaries/numawatch" status --socket "$socket"
echo
"$binaries/numawatch" ps --socket "$socket" --limit 15

[ "${ONCE:-}" != 1 ] || exit 0

echo
"$binaries/numawatch" watch --socket "$socket" &
watcher=$!
# The watcher waits for a daemon that is away, so it is not enough to wait for the watcher. Both are in the background,
# and so is the pause, so that a signal to this script is taken at once.
while kill -0 "$daemon" 2>/dev/null && kill -0 "$watcher" 2>/dev/null; do
    sleep 1 &
    wait $!
done
if ! kill -0 "$daemon" 2>/dev/null; then
    status=0
    wait "$daemon" || status=$?
    daemon=
    echo "numawatchd ended (exit status $status)" >&2
    exit 1
fi
wait "$watcher"
