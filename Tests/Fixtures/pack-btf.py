#!/usr/bin/env python3
"""Makes a fixture of a kernel's BTF: what the task iterator looks up in it, each field where the kernel has it.

usage: pack-btf.py /sys/kernel/btf/vmlinux Tests/Fixtures/btf/6.12.btf

Structures keep their size and, of their parts, those that are asked for, and those without a name that lead to one. The
function keeps its name only. Types are numbered anew, so that the number of the function is another than the kernel's.
"""
import struct
import sys

WANTED = {
    "task_struct": """flags pid tgid cpu thread_info.cpu __state state comm utime stime se.sum_exec_runtime se.nr_migrations
        start_boottime numa_scan_period numa_scan_period_max numa_scan_seq numa_preferred_nid numa_migrate_retry node_stamp
        last_task_numa_placement last_sum_exec_runtime total_numa_faults numa_pages_migrated numa_faults_locality numa_faults
        numa_group mm""".split(),
    "numa_group": "total_faults max_faults_cpu gid nr_tasks active_nodes faults".split(),
    "mm_struct": "numa_scan_seq numa_next_scan numa_scan_offset".split(),
    "bpf_iter_meta": ["seq"],
}
FUNCTION = "bpf_iter_task"
INT, POINTER, ARRAY, STRUCT, UNION, ENUM = 1, 2, 3, 4, 5, 6
FUNC, ENUM64 = 12, 19
STAND_INS = {8, 9, 10, 11, 18}
TAILS = {1: (4, 0), 14: (4, 0), 17: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 15: (0, 12), 19: (0, 12), 6: (0, 8),
         13: (0, 8)}


class Kernel:
    def __init__(self, data):
        self.data = data
        header, types, type_bytes, names, _ = struct.unpack_from("<IIIII", data, 4)
        self.names = header + names
        self.places = [0]
        place, end = header + types, header + types + type_bytes
        while place < end:
            self.places.append(place)
            info = struct.unpack_from("<I", data, place + 4)[0]
            fixed, each = TAILS.get(info >> 24 & 31, (0, 0))
            place += 12 + fixed + each * (info & 0xFFFF)

    def name(self, offset):
        start = self.names + offset
        return self.data[start:self.data.index(0, start)].decode()

    def type(self, number):
        while True:
            name, info, size = struct.unpack_from("<III", self.data, self.places[number])
            kind = info >> 24 & 31
            if kind not in STAND_INS:
                return number, self.name(name), kind, info & 0xFFFF, info >> 31, size
            number = size

    def find(self, name, kind):
        for number in range(1, len(self.places)):
            offset, info, _ = struct.unpack_from("<III", self.data, self.places[number])
            if info >> 24 & 31 == kind and self.name(offset) == name and (kind == FUNC or info & 0xFFFF):
                return number
        return None

    def parts(self, number):
        _, _, _, count, flag, _ = self.type(number)
        place = self.places[self.type(number)[0]] + 12
        for index in range(count):
            name, kind, offset = struct.unpack_from("<III", self.data, place + 12 * index)
            if flag and offset >> 24:
                continue
            yield self.name(name), kind, offset & 0xFFFFFF if flag else offset


class Packed:
    def __init__(self, kernel):
        self.kernel, self.types, self.names, self.count = kernel, b"", b"\0", 0

    def name(self, text):
        if not text:
            return 0
        encoded = text.encode() + b"\0"
        if b"\0" + encoded not in self.names:
            self.names += encoded
        return self.names.index(b"\0" + encoded) + 1

    def add(self, kind, name="", count=0, size=0, tail=b""):
        self.types += struct.pack("<III", self.name(name), kind << 24 | count, size) + tail
        self.count += 1
        return self.count

    def leaf(self, number):
        real, name, kind, _, _, size = self.kernel.type(number)
        if kind == ARRAY:
            element, _, count = struct.unpack_from("<III", self.kernel.data, self.kernel.places[real] + 12)
            inner = self.leaf(element)
            return self.add(ARRAY, tail=struct.pack("<III", inner, inner, count))
        if kind == POINTER:
            return self.add(POINTER)
        if kind in (INT, ENUM, ENUM64):
            return self.add(INT, "number", size=size, tail=struct.pack("<I", 8 * size))
        sys.exit(f"{name}: a leaf of the kind {kind}")

    def structure(self, number, paths):
        _, name, kind, _, _, size = self.kernel.type(number)
        parts = []
        for part, inner, bits in self.kernel.parts(number):
            if part:
                here = [path for path in paths if path[0] == part]
                if not here:
                    continue
                rest = [path[1:] for path in here if len(path) > 1]
                packed = self.structure(inner, rest) if rest else self.leaf(inner)
            elif self.leads(inner, paths):
                packed = self.structure(inner, paths)
            else:
                continue
            parts.append(struct.pack("<III", self.name(part), packed, bits))
        return self.add(kind, name, len(parts), size, b"".join(parts))

    def leads(self, number, paths):
        if self.kernel.type(number)[2] not in (STRUCT, UNION):
            return False
        return any(path[0] == part if part else self.leads(inner, paths)
                   for path in paths for part, inner, _ in self.kernel.parts(number))


def main():
    kernel = Kernel(open(sys.argv[1], "rb").read())
    packed = Packed(kernel)
    for name, fields in WANTED.items():
        number = kernel.find(name, STRUCT)
        if number is None:
            sys.exit(f"there is no {name}")
        packed.structure(number, [field.split(".") for field in fields])
    if kernel.find(FUNCTION, FUNC) is None:
        sys.exit(f"there is no {FUNCTION}")
    packed.add(FUNC, FUNCTION)
    header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(packed.types), len(packed.types), len(packed.names))
    open(sys.argv[2], "wb").write(header + packed.types + packed.names)


main()
