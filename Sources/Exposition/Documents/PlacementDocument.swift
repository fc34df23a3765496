import Snapshots
import TextOutput

/// Where memory is: a part of processes and groups.
enum PlacementDocument {
    static let classes = Schema.array(
        of: .object([
            .required("class", .choice(["anonymous", "file", "shared", "huge"]), "What kind of memory."),
            .optional("page_size_bytes", .integer, "For huge pages."),
            .required("bytes_by_node", .byNode, "Where it is."),
        ]))

    static let policies = Schema.array(
        of: .object([
            .required("policy", .string, "The memory policy as numa_maps shows it."),
            .required("bytes_by_node", .byNode, "Where memory under it is."),
        ]))

    static let schema = Schema.object([
        .provenance,
        .required("method", .choice(["full", "sampled"]), "numa_maps to the end, or a random sample of addresses."),
        .required("age_seconds", .number, "Age of the reading."),
        .required("bytes_by_node", .byNode, "All classes together."),
        .optional(
            "half_width_95_bytes_by_node", .byNode, "Half the 95 % confidence interval of bytes_by_node, for a sample."),
        .optional(
            "unlocated_bytes", .integer,
            "Resident memory in none of the figures: Linux 6.1 to 6.4 does not tell where armed pages are."),
        .required("classes", classes, "By kind of memory."),
        .optional("policies", policies, "By memory policy; a sample does not tell."),
        .optional(
            "regions",
            .array(
                of: .object([
                    .required("region", .choice(MemoryRegion.allCases.map(\.rawValue)), "The row of numastat -p."),
                    .required("bytes_by_node", .byNode, "Where it is."),
                ])), "By the rows of numastat -p; not for a sample."),
        .required("mapping_count", .integer, "Mappings seen."),
        .optional("is_cut", .boolean, "That the copy of numa_maps ends inside a line: what came after is not counted."),
        .optional("odd_line_count", .integer, "Lines of numa_maps that were not understood and are not counted."),
        .required("longest_call_seconds", .number, "Longest time the process's mmap_lock was held for this."),
        .required("cpu_seconds", .number, "CPU time the reading took."),
        .optional(
            "sample",
            .object([
                .required("asked_pages", .integer, "Addresses asked."),
                .required("resident_pages", .integer, "Of these, resident."),
                .required("mapped_pages", .integer, "Pages mapped in all."),
            ]), "The sample."),
    ])

    static func write(_ placement: PlacementRecord, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        json.member("provenance", placement.provenance)
        switch placement.method {
        case .full: json.member("method", "full")
        case .sampled: json.member("method", "sampled")
        }
        json.member(
            "age_seconds", seconds: RoundHeader.age(of: placement.takenAtNanoseconds, now: nowNanoseconds))
        json.member("bytes_by_node", placement.bytes)
        json.member(ifPresent: "half_width_95_bytes_by_node", placement.halfWidth95Bytes)
        if let unlocated = placement.unlocatedBytes { json.member("unlocated_bytes", unlocated) }
        write(classes: placement.bytesByClass, into: &json)
        if let policies = placement.bytesByPolicy { write(policies: policies, into: &json) }
        if let regions = placement.bytesByRegion {
            json.array("regions") { json in
                for region in MemoryRegion.allCases {
                    guard let bytes = regions[region] else { continue }
                    json.object { json in
                        json.member("region", region.rawValue)
                        json.member("bytes_by_node", bytes)
                    }
                }
            }
        }
        json.member("mapping_count", placement.mappingCount)
        if placement.isCut { json.member("is_cut", true) }
        if placement.oddLineCount > 0 { json.member("odd_line_count", placement.oddLineCount) }
        json.member("longest_call_seconds", seconds: placement.longestCallNanoseconds)
        json.member("cpu_seconds", seconds: placement.costNanoseconds)
        if case .sampled(let asked, let resident, let mapped) = placement.method {
            json.object("sample") { json in
                json.member("asked_pages", asked)
                json.member("resident_pages", resident)
                json.member("mapped_pages", mapped)
            }
        }
    }

    static func write(classes: [MemoryClass: NodeValues<UInt64>], into json: inout JSONWriter) {
        json.array("classes") { json in
            for (memoryClass, bytes) in classes.sorted(by: { $0.key < $1.key }) {
                json.object { json in
                    json.member("class", memoryClass.name)
                    if case .huge(let size) = memoryClass { json.member("page_size_bytes", size) }
                    json.member("bytes_by_node", bytes)
                }
            }
        }
    }

    static func write(policies: [String: NodeValues<UInt64>], into json: inout JSONWriter) {
        json.array("policies") { json in
            for (policy, bytes) in policies.sorted(by: { $0.key < $1.key }) {
                json.object { json in
                    json.member("policy", policy)
                    json.member("bytes_by_node", bytes)
                }
            }
        }
    }
}
