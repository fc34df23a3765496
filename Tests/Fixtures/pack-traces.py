#!/usr/bin/env python3
"""Packs captured traces: the trace with xz, and what a replay reads of its machine as reviewable text.

Usage: pack-traces.py OUTPUT-DIRECTORY CAPTURE...

A capture is a directory with `trace.txt.gz` and `root/` (files at their own paths). See README.md beside this file for
the format of the text.
"""

import gzip
import lzma
import os
import re
import sys

KEPT = [
    r"proc/sys/kernel/(osrelease|numa_balancing(_scan_\w+)?)$",
    r"boot/config-.*$",
    r"sys/devices/system/cpu/(online|possible|kernel_max)$",
    r"sys/devices/system/node/(online|has_cpu|has_memory|possible)$",
    r"sys/devices/system/node/node\d+/(cpulist|distance|meminfo)$",
    r"sys/devices/virtual/memory_tiering/memory_tier\d+/nodelist$",
    r"sys/kernel/debug/sched/numa_balancing/.*$",
]
CONFIG = re.compile(rb"CONFIG_(HZ=|NR_CPUS=|NUMA_BALANCING=|PAGE_SHIFT=|(ARM64|PPC)_\d+K_PAGES=)")


def main():
    output, captures = sys.argv[1], sys.argv[2:]
    for capture in captures:
        name = os.path.basename(os.path.normpath(capture))
        root = os.path.join(capture, "root")
        lines = [f"# {name}"]
        paths = sorted(
            os.path.relpath(os.path.join(directory, file), root)
            for directory, _, files in os.walk(root) for file in files)
        for path in paths:
            if not any(re.match(pattern, path) for pattern in KEPT):
                continue
            content = open(os.path.join(root, path), "rb").read()
            if path.startswith("boot/config-"):
                content = b"".join(line for line in content.splitlines(True) if CONFIG.match(line))
            lines.append(f"== {path}")
            text = content.decode()
            lines += [" " + line for line in text.split("\n")[:-1]]
            if not text.endswith("\n"):
                lines += [" " + text.split("\n")[-1], "\\"]
        with open(os.path.join(output, name + ".txt"), "w") as file:
            file.write("\n".join(lines) + "\n")
        trace = os.path.join(output, name + ".trace.xz")
        with gzip.open(os.path.join(capture, "trace.txt.gz")) as source, lzma.open(trace, "wb", preset=9) as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)


main()
