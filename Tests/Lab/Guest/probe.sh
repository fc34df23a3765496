# shellcheck shell=sh
# probe.sh PATH…: tries to read files as whoever runs this, a line for each: the path and "ok", or why not.
for path in "$@"; do
    if message=$(cat "$path" 2>&1 >/dev/null); then
        echo "$path ok"
    else
        echo "$path ${message##*: }"
    fi
done
