#!/usr/bin/env python3
"""Packs captured machines into reviewable text, one file per machine, and checks that nothing kept is lost.

Usage: pack-domains.py OUTPUT-DIRECTORY CAPTURE...

A capture is a directory with `root/` (files at their own paths) and `expected.dmesg` (what the kernel printed of its
domains). See README.md beside this file for the format. Only files that domain building reads are kept; masks of which a
list form exists, run-time values and other counters are left out.
"""

import itertools
import json
import os
import re
import sys

KEPT = [
    r"proc/(cmdline|schedstat|version|sys/kernel/osrelease|sys/kernel/sched_itmt_enabled|mounts|cpuinfo)$",
    r"(boot/config-.*|usr/lib/modules/[^/]*/config)$",
    r"sys/devices/system/cpu/(online|possible|present|isolated|housekeeping|offline|modalias|smt/control)$",
    r"sys/devices/system/cpu/cpu\d+/(online|cpu_capacity|node\d+/.*)$",
    r"sys/devices/system/cpu/cpu\d+/topology/((core|cluster|package|die)_cpus_list|physical_package_id|(cluster|core|die)_id)$",
    r"sys/devices/system/cpu/cpu\d+/cache/index\d+/(level|type|id|size|shared_cpu_list)$",
    r"sys/devices/system/node/(online|has_cpu|possible)$",
    r"sys/devices/system/node/node\d+/(cpulist|distance)$",
    r"sys/fs/cgroup/(.*/)?cpuset\..*$",
    r"sys/kernel/debug/sched/(verbose|domains/.*)$",
    # Where kernels before 5.13 have the same files.
    r"proc/sys/kernel/sched_domain/.*$",
]
DROPPED = re.compile(r"(max_newidle_lb_cost)$")
# Configuration files may be whole; only what decides domains is kept.
CONFIG = re.compile(rb"CONFIG_(SCHED_|NUMA\b|NUMA=|X86_64\b|X86_64=|ARM64\b|ARM64=|SMP\b|SMP=|CPUSETS|NODES_SHIFT|NR_CPUS)")


def collect(capture):
    files = {}
    root = os.path.join(capture, "root")
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            relative = os.path.relpath(path, root)
            if not any(re.match(pattern, relative) for pattern in KEPT) or DROPPED.search(relative):
                continue
            content = open(path, "rb").read()
            if relative.startswith("boot/config-") or relative.endswith("/config"):
                content = b"".join(line for line in content.splitlines(True) if CONFIG.search(line))
            files[relative] = content
    files["expected.dmesg"] = open(os.path.join(capture, "expected.dmesg"), "rb").read()
    return files


def ranges(numbers):
    numbers = sorted(numbers)
    parts = []
    for _, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in run]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ",".join(parts)


def fold(entries, word):
    """Joins entries of one content whose paths differ only in the number behind `word`."""
    groups = {}
    for path, content in entries:
        match = re.search(rf"(?<=/){word}(\d+)(?=/)", path)
        key = (path[: match.start(1)] + "{}" + path[match.end(1):] if match else path, content)
        groups.setdefault(key, []).append(int(match.group(1)) if match else None)
    result = []
    for (path, content), numbers in groups.items():
        if numbers[0] is None:
            result.append((path, content))
        elif len(numbers) == 1:
            result.append((path.replace("{}", str(numbers[0])), content))
        else:
            result.append((path.replace("{}", "{" + ranges(numbers) + "}"), content))
    return result


def pack(files, title):
    entries = sorted(files.items())
    for word in ("cpu", "index", "domain", "node"):
        entries = fold(entries, word)
    out = [f"# {title}\n".encode()]
    for path, content in sorted(entries, key=lambda entry: entry[0]):
        out.append(f"== {path}\n".encode())
        lines = content.split(b"\n")
        ends_with_newline = lines[-1] == b""
        for line in lines[:-1] if ends_with_newline else lines:
            out.append(b" " + line + b"\n")
        if not ends_with_newline and content:
            out.append(b"\\\n")
    return b"".join(out)


def numbers(text):
    result = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        result += range(int(first), int(last or first) + 1)
    return result


def expand(path):
    match = re.search(r"\{([\d,-]+)\}", path)
    if not match:
        return [path]
    return [p for n in numbers(match.group(1)) for p in expand(path[: match.start()] + str(n) + path[match.end():])]


def unpack(data):
    files, paths, content = {}, [], b""
    for line in data.splitlines(True):
        if line.startswith(b"== "):
            files.update((path, content) for path in paths)
            paths, content = expand(line[3:-1].decode()), b""
        elif line.startswith(b" "):
            content += line[1:]
        elif line == b"\\\n":
            content = content[:-1]
    files.update((path, content) for path in paths)
    return files


def main():
    output, captures = sys.argv[1], sys.argv[2:]
    for capture in captures:
        name = os.path.basename(capture.rstrip("/"))
        meta = json.load(open(os.path.join(capture, "meta.json")))
        spec = meta.get("spec", {})
        title = f"{name}: {meta.get('release')}, -smp {spec.get('smp')}"
        if spec.get("append"):
            title += f", booted with {spec['append']}"
        files = collect(capture)
        data = pack(files, title)
        if unpack(data) != files:
            sys.exit(f"{name}: packing lost something")
        open(os.path.join(output, name + ".txt"), "wb").write(data)
        print(f"{name}: {len(files)} files, {len(data)} bytes")


main()
