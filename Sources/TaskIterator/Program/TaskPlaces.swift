package import KernelText

/// Where one kernel has what the iterator reads.
package struct TaskPlaces: Hashable, Sendable {
    /// Something without which there is no iterator.
    package struct Lack: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// Of the fields it has: byte within the structure.
    package private(set) var offsets: [TaskField: Int] = [:]
    /// `numa_faults`, `numa_group` and `mm` of `task_struct`.
    package let taskFaults: Int
    package let group: Int
    package let memory: Int
    /// `faults` of `numa_group`.
    package let groupFaults: Int
    /// `seq` of `bpf_iter_meta`.
    package let sequenceFile: Int
    /// The number of the function `bpf_iter_task`.
    package let function: UInt32

    /// - Parameter types: The kernel's BTF.
    package init(_ types: KernelTypes) throws(Lack) {
        func offset(_ field: String, of structure: String) throws(Lack) -> Int {
            guard let place = types.place(of: [field], in: structure), place.byteCount == 8 else {
                throw Lack(description: "its BTF has no \(structure).\(field)")
            }
            return place.byteOffset
        }
        guard let function = types.number(ofFunction: "bpf_iter_task") else {
            throw Lack(description: "it has no iterator over tasks (bpf_iter_task)")
        }
        self.function = function
        sequenceFile = try offset("seq", of: "bpf_iter_meta")
        guard types.place(of: ["numa_preferred_nid"], in: "task_struct") != nil else {
            throw Lack(description: "it is built without CONFIG_NUMA_BALANCING")
        }
        taskFaults = try offset("numa_faults", of: "task_struct")
        group = try offset("numa_group", of: "task_struct")
        memory = try offset("mm", of: "task_struct")
        groupFaults = try offset("faults", of: "numa_group")
        for field in TaskField.allCases {
            let places = field.paths.lazy.compactMap { types.place(of: $0, in: field.owner.structure) }
            if let place = places.first, place.byteCount >= field.elementBytes, place.byteOffset <= Int(Int16.max) {
                offsets[field] = place.byteOffset
            } else if field.isIndispensable {
                let name = field.paths[0].joined(separator: ".")
                throw Lack(description: "its BTF has no \(field.owner.structure).\(name)")
            }
        }
        for offset in [taskFaults, group, memory, groupFaults, sequenceFile] where offset > Int(Int16.max) - 4096 {
            throw Lack(description: "a field lies \(offset) bytes into its structure, further than a program reaches")
        }
    }

    /// Bit n: there is no field n.
    var absentFields: UInt64 {
        TaskField.allCases.reduce(0) { offsets[$1] == nil ? $0 | 1 << UInt64($1.rawValue) : $0 }
    }
}
