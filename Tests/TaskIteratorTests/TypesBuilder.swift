/// BTF of a kernel that never was: the structures the iterator looks into, with fields of the test's choice.
struct TypesBuilder {
    private var types: [UInt8] = []
    private var names: [UInt8] = [0]
    private var count = 0

    private static let task: [(name: String, bytes: Int)] = [
        ("flags", 4), ("pid", 4), ("tgid", 4), ("cpu", 4), ("__state", 4), ("comm", 1), ("utime", 8), ("stime", 8),
        ("start_boottime", 8), ("numa_scan_period", 4), ("numa_scan_period_max", 4), ("numa_scan_seq", 4),
        ("numa_preferred_nid", 4), ("numa_migrate_retry", 8), ("node_stamp", 8), ("last_task_numa_placement", 8),
        ("last_sum_exec_runtime", 8), ("total_numa_faults", 8), ("numa_pages_migrated", 8),
        ("numa_faults_locality", 8), ("numa_faults", 8), ("numa_group", 8), ("mm", 8),
    ]
    private static let group: [(name: String, bytes: Int)] = [
        ("total_faults", 8), ("max_faults_cpu", 8), ("gid", 4), ("nr_tasks", 4), ("active_nodes", 4), ("faults", 8),
    ]
    private static let memory: [(name: String, bytes: Int)] = [
        ("numa_scan_seq", 4), ("numa_next_scan", 8), ("numa_scan_offset", 8),
    ]

    /// - Parameter absent: Fields it has not.
    mutating func addKernel(without absent: Set<String> = [], function: String? = "bpf_iter_task") throws {
        var numbers: [Int: Int] = [:]
        for bytes in [1, 4, 8] {
            add(1, "u\(8 * bytes)", size: bytes)
            types += word(8 * bytes)
            numbers[bytes] = count
        }
        let entity = structure("sched_entity", [("sum_exec_runtime", 8), ("nr_migrations", 8)], numbers, [])
        _ = structure("task_struct", Self.task, numbers, absent, extra: absent.contains("se") ? nil : ("se", entity))
        _ = structure("numa_group", Self.group, numbers, absent)
        _ = structure("mm_struct", Self.memory, numbers, absent)
        _ = structure("bpf_iter_meta", [("seq", 8)], numbers, absent)
        if let function { add(12, function) }
    }

    var bytes: [UInt8] {
        [0x9f, 0xeb, 1, 0] + word(24) + word(0) + word(types.count) + word(types.count) + word(names.count) + types
            + names
    }

    private func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private mutating func name(_ text: String) -> Int {
        defer { names += Array(text.utf8) + [0] }
        return names.count
    }

    private mutating func add(_ kind: Int, _ text: String, parts: Int = 0, size: Int = 0) {
        types += word(name(text)) + word(kind << 24 | parts) + word(size)
        count += 1
    }

    private mutating func structure(
        _ name: String, _ fields: [(name: String, bytes: Int)], _ numbers: [Int: Int], _ absent: Set<String>,
        extra: (name: String, type: Int)? = nil
    ) -> Int {
        let present = fields.filter { !absent.contains($0.name) }
        add(4, name, parts: present.count + (extra == nil ? 0 : 1), size: 1024)
        var place = 64
        for field in present {
            types += word(self.name(field.name)) + word(numbers[field.bytes] ?? 0) + word(8 * place)
            place += 32
        }
        if let extra { types += word(self.name(extra.name)) + word(extra.type) + word(8 * place) }
        return count
    }
}
