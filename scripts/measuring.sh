#!/bin/sh
# measuring.sh: what the benchmarks share; read by them, with the directory of their files in $directory.

# CPU time the finished children of this shell have used, in seconds, put into `seconds`. For short programs, run many
# times. Not in a subshell, whose own children would be counted.
children_seconds() {
    times >"$directory/times"
    # shellcheck disable=SC2034  # the readers'
    seconds=$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, part, /[ms]/); sum += part[1] * 60 + part[2] }
        printf "%.3f", sum }' "$directory/times")
}
