#!/bin/sh
# Checks the imports of Sources/ and of the lab against layers.txt: one direction, no Foundation, no allowance that no
# one uses, the same dependencies as Package.swift, `unsafe` only where C is faced.
set -eu
cd "$(dirname "$0")/.."

status=0
complain() {
    echo "$1" >&2
    status=1
}

# The table itself: a target may name only modules that stand above it, or that are no target of ours.
awk '
    /^#/ || NF == 0 { next }
    { order[++count] = $1; names[$1] = count; line[$1] = $0 }
    END {
        for (i = 1; i <= count; i++) {
            n = split(line[order[i]], words, " ")
            for (j = 2; j <= n; j++)
                if (words[j] in names && names[words[j]] >= i) {
                    printf "scripts/layers.txt: %s may not import %s, which stands below it\n", order[i], words[j]
                    bad = 1
                }
        }
        exit bad
    }' scripts/layers.txt >&2 || status=1

for directory in Sources/*/ Tests/Lab/Support/ Tests/Lab/Program/; do
    [ -d "$directory" ] || continue
    case $directory in
        Tests/Lab/Support/) target=Lab ;;
        Tests/Lab/Program/) target=numawatch-lab ;;
        *) target=$(basename "$directory") ;;
    esac
    if ! allowed=$(awk -v target="$target" '$1 == target { $1 = ""; print; found = 1 } END { exit !found }' \
        scripts/layers.txt); then
        complain "$directory: not in scripts/layers.txt; add it at its layer"
        continue
    fi
    imports=$(find "$directory" -name '*.swift' -exec awk '
        /^(@[A-Za-z_()]+ )*((public|package|internal|fileprivate|private) )?import / {
            module = $NF
            for (i = 1; i <= NF; i++)
                if ($i == "import") {
                    module = $(i + 1)
                    # "import struct Module.Type" names a declaration.
                    if (module ~ /^(struct|class|enum|protocol|func|var|let|typealias)$/) module = $(i + 2)
                }
            sub(/\..*/, "", module)
            printf "%s:%d %s\n", FILENAME, FNR, module
        }' {} +)
    for module in $allowed; do
        case "$imports" in
            *" $module
"* | *" $module") ;;
            *) complain "scripts/layers.txt: $target may import $module, but no file of it does" ;;
        esac
    done
    while read -r place module; do
        case "$module" in
            '' | Swift | Glibc | Synchronization) continue ;;
            "$target") continue ;;
        esac
        case " $allowed " in
            *" $module "*) ;;
            *) complain "$place: $target may not import $module (scripts/layers.txt)" ;;
        esac
    done <<EOF
$imports
EOF
done

# The manifest says the same as the table. A target of C is imported by its name, a product of a package by its own.
declared=$(awk '
    /^ *\/\// { next }
    { text = text " " $0 }
    END {
        gsub(/package: *"[^"]*"/, "", text)
        count = split(text, parts, /\.(target|testTarget|executableTarget|systemLibrary)\(/)
        for (i = 2; i <= count; i++) {
            if (!match(parts[i], /name: *"[^"]+"/)) continue
            name = substr(parts[i], RSTART, RLENGTH); gsub(/name: *|"/, "", name)
            if (!match(parts[i], /dependencies: *\[/)) continue
            rest = substr(parts[i], RSTART + RLENGTH)
            sub(/\].*/, "", rest)
            while (match(rest, /"[^"]+"/)) {
                print name, substr(rest, RSTART + 1, RLENGTH - 2)
                rest = substr(rest, RSTART + RLENGTH)
            }
        }
    }' Package.swift)
table=$(awk '/^#/ || NF == 0 { next } { for (i = 2; i <= NF; i++) print $1, $i }' scripts/layers.txt)
while read -r target module; do
    [ -n "$target" ] || continue
    awk -v target="$target" '$1 == target { found = 1 } END { exit !found }' scripts/layers.txt || continue
    case "
$table
" in
        *"
$target $module
"*) ;;
        *) complain "Package.swift: $target depends on $module, which scripts/layers.txt does not allow" ;;
    esac
done <<EOF
$declared
EOF
while read -r target module; do
    [ -n "$target" ] || continue
    case "
$declared
" in
        *"
$target $module
"*) ;;
        *) complain "scripts/layers.txt: $target may import $module, on which it does not depend in Package.swift" ;;
    esac
done <<EOF
$table
EOF

# Unsafe code lives where C is faced, and nowhere else.
roots=Sources
[ ! -d Tests/Lab ] || roots="Sources Tests/Lab"
# shellcheck disable=SC2086  # a list of directories
unsafe=$(find $roots -name '*.swift' ! -path 'Sources/LinuxSystem/*' ! -path 'Sources/ArchiveFiles/*' \
    -exec grep -HnE '(^|[^A-Za-z_.`"])(unsafe |Unsafe[A-Z][A-Za-z]*Pointer)' {} + | grep -vE ':[0-9]+: *//' || true)
[ -z "$unsafe" ] || complain "unsafe code outside LinuxSystem and ArchiveFiles:
$unsafe"

exit $status
