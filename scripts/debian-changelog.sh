#!/bin/sh
# debian-changelog.sh MAINTAINER
# Prints CHANGELOG.md in the form of deb-changelog(5): the points of each release. One that is not out yet has the date
# of SOURCE_DATE_EPOCH.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C TZ=UTC
: "${SOURCE_DATE_EPOCH:=$(date +%s)}"

awk -v maintainer="$1" -v now="$(date --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%d)" '
    # A point, in lines of at most 78 columns.
    function point(   n, i, line, words) {
        if (text == "") return
        n = split(text, words, /[ \n]+/)
        line = "  *"
        for (i = 1; i <= n; i++) {
            if (words[i] == "") continue
            if (length(line) + length(words[i]) > 77) { print line; line = "   " }
            line = line " " words[i]
        }
        print line
        text = ""
    }
    function release(   stamp) {
        point()
        if (version == "") return
        ("date --rfc-email --date=" date) | getline stamp
        printf "\n -- %s  %s\n\n", maintainer, stamp
    }
    /^## / {
        release()
        version = $2
        date = $3
        gsub(/[()]/, "", date)
        if (date == "unreleased") date = now
        printf "numawatch (%s) unstable; urgency=medium\n\n", version
        next
    }
    version != "" && /^\* / { point(); text = substr($0, 3); next }
    version != "" && /^  / && text != "" { text = text $0; next }
    { point() }
    END { release() }' CHANGELOG.md
