#!/bin/sh
# Checks every text file: no trailing white space, no tabs where spaces are meant, a newline at the end, and
# 120 columns in C and shell (swift format sees to Swift). Fixtures are kept as the kernel wrote them.
set -eu
cd "$(dirname "$0")/.."

status=0
files=$(find . \( -name .git -o -name '.build*' -o -name Fixtures \) -prune -o -type f \
    \( -name '*.swift' -o -name '*.sh' -o -name '*.md' -o -name '*.c' -o -name '*.h' -o -name '*.conf' \
    -o -name '*.txt' -o -name '*.service' -o -name '*.socket' -o -name '*.modulemap' -o -name Makefile -o -name run \) \
    -print | sort)
while read -r file; do
    awk -v file="$file" '
        /[ \t]+$/ { printf "%s:%d: white space at the end of the line\n", file, FNR; bad = 1 }
        /\t/ && file !~ /(Makefile|\.swift)$/ { printf "%s:%d: tab\n", file, FNR; bad = 1 }
        END { exit bad }' "$file" >&2 || status=1
    case $file in
        *.c | *.h | *.sh)
            if [ "$(LC_ALL=C.UTF-8 wc -L <"$file")" -gt 120 ]; then
                echo "$file: a line of more than 120 columns" >&2
                status=1
            fi
            ;;
    esac
    [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || {
        echo "$file: no newline at the end" >&2
        status=1
    }
done <<EOF
$files
EOF
# Of UInt64, "map(Double.init)" means Double(bitPattern:): a number becomes next to nothing.
if grep -rnE '\.map\(Double\.init\)' Sources Tests --include='*.swift' >&2; then
    echo "write map { Double(\$0) }: Double.init can mean init(bitPattern:)" >&2
    status=1
fi
if command -v shellcheck >/dev/null 2>&1; then shellcheck scripts/*.sh .ci/run || status=1; fi
exit $status
