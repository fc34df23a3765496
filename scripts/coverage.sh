#!/bin/sh
# Prints which share of each target's lines the tests ran, from what "swift test --enable-code-coverage" left.
#
# usage: coverage.sh BIN_PATH
set -eu
bin=$1
profile=$bin/codecov/default.profdata
[ -f "$profile" ] || {
    echo "coverage: there is no $profile; run the tests with --enable-code-coverage first" >&2
    exit 1
}
# The toolchain's own: another version's does not read what this compiler writes.
tools=$(dirname "$(readlink -f "$(command -v swift)")")
bundle=$(find "$bin" -maxdepth 1 -name '*PackageTests.xctest' -type f | head -1)
[ -n "$bundle" ] || {
    echo "coverage: no tests are built in $bin" >&2
    exit 1
}
here=$(cd "$(dirname "$0")/.." && pwd)
"$tools/llvm-cov" report --instr-profile "$profile" "$bundle" "$here/Sources" |
    awk -v sources="$here/Sources/" '
        # Filename Regions Missed Cover Functions Missed Executed Lines Missed Cover …
        $1 ~ /\.swift$/ {
            file = $1
            if (index(file, sources) == 1) file = substr(file, length(sources) + 1)
            sub(/\/.*/, "", file)
            lines[file] += $8; missed[file] += $9
        }
        END {
            printf "%-20s %8s %8s %6s\n", "TARGET", "LINES", "RUN", "SHARE"
            for (name in lines) {
                ran = lines[name] - missed[name]
                printf "%-20s %8d %8d %5.1f %%\n", name, lines[name], ran, 100 * ran / lines[name] | "sort"
                all += lines[name]; allRan += ran
            }
            close("sort")
            if (all > 0) printf "%-20s %8d %8d %5.1f %%\n", "all", all, allRan, 100 * allRan / all
        }'
