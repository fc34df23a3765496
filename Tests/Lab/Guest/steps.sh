# shellcheck shell=sh
# How the steps of a guest are run, and how what they left is handed over: the same with busybox and with Debian's
# userland. The console is standard output.

run_steps() {
    mkdir -p /out/files /out/steps
    for step in /lab/steps/*; do
        [ -e "$step/script" ] || continue
        name=${step##*/}
        name=${name#*-}
        results=/out/steps/$name
        mkdir -p "$results"
        echo "lab: step $name"
        began=$(cut -d ' ' -f 1 /proc/uptime)
        OUT=/out/files timeout -s KILL "$(cat "$step/deadline")" \
            sh -c '. /lab/functions.sh; . /lab/trace.sh; . "$1"' sh "$step/script" \
            </dev/null >"$results/stdout" 2>"$results/stderr"
        status=$?
        # The shell's status of a killed process; the host side knows the one of timeout(1).
        [ "$status" -ne 137 ] || status=124
        echo "$status" >"$results/status"
        ended=$(cut -d ' ' -f 1 /proc/uptime)
        awk "BEGIN { printf \"%.2f\\n\", $ended - $began }" >"$results/seconds"
    done
}

hand_over() {
    echo "lab: results"
    dmesg >/out/dmesg
    touch /out/complete
    # The marker last: an archive without it is cut short. A serial line is slow, and would change bytes.
    if [ -e /lab/no-disks ]; then
        stty -F /dev/ttyS1 raw -echo
        (cd /out && tar -cf - dmesg files steps complete | gzip -1 >/dev/ttyS1)
    else
        (cd /out && tar -cf /dev/vda dmesg files steps complete) && sync
    fi
    echo "lab: end"
}
