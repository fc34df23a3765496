import NUMATopology
import Snapshots

extension PlacementRecord {
    static let fields = Fields<PlacementRecord>(of: PlacementRecord(method: .full, takenAtNanoseconds: 0)) {
        Field.provenance(\.provenance)
        Field("method", \.methodName, "numa_maps to the end, or a random sample of addresses.")
        Field(.ageSeconds, ageOf: \.takenAtNanoseconds, "Age of the reading.")
        Field(.bytesByNode, \.bytes, "All classes together.")
        Field(
            .halfWidth95BytesByNode, \.halfWidth95Bytes,
            "Half the 95 % confidence interval of bytes_by_node, for a sample.")
        Field(
            "unlocated_bytes", \.unlocatedBytes,
            "Resident memory in none of the figures: Linux 6.1 to 6.4 does not tell where armed pages are.")
        Field.classes({ $0.bytesByClass }, set: { $0.bytesByClass = $1 }, "By kind of memory.")
        Field.policies(\.bytesByPolicy, "By memory policy; a sample does not tell.")
        Field(
            "regions",
            parts: { record in
                record.bytesByRegion.map { regions in
                    MemoryRegion.allCases.compactMap { region in
                        regions[region].map { RegionBytes(region: region, bytes: $0) }
                    }
                }
            },
            set: { record, regions in
                record.bytesByRegion = Dictionary(
                    regions.map { ($0.region, $0.bytes) }, uniquingKeysWith: { _, last in last })
            }, each: RegionBytes.fields, isRequired: false, "By the rows of numastat -p; not for a sample.")
        Field("mapping_count", \.mappingCount, "Mappings seen.")
        Field(
            "is_cut", find: { $0.isCut ? true : nil }, set: { $0.isCut = $1 },
            "That the copy of numa_maps ends inside a line: what came after is not counted.")
        Field(
            "odd_line_count", positive: \.oddLineCount,
            "Lines of numa_maps that were not understood and are not counted.")
        Field(
            "longest_call_seconds", seconds: \.longestCallNanoseconds,
            "Longest time the process's mmap_lock was held for this.")
        Field(.cpuSeconds, seconds: \.costNanoseconds, "CPU time the reading took.")
        Field("sample", sample, where: { $0.method != .full }, "The sample.")
    }

    @FieldList<PlacementRecord>
    private static var sample: [Field<PlacementRecord>] {
        Field("asked_pages", \.sample.asked, "Addresses asked.")
        Field("resident_pages", \.sample.resident, "Of these, resident.")
        Field("mapped_pages", \.sample.mapped, "Pages mapped in all.")
    }
}

/// The method, as documents take it apart.
extension PlacementRecord {
    fileprivate enum MethodName: String, FieldChoice {
        case full, sampled
    }

    fileprivate struct Sample {
        var asked = 0
        var resident = 0
        var mapped: UInt64 = 0
    }

    fileprivate var methodName: MethodName {
        get { method == .full ? .full : .sampled }
        set { if newValue == .full { method = .full } else { sample = Sample() } }
    }

    fileprivate var sample: Sample {
        get {
            guard case .sampled(let asked, let resident, let mapped) = method else { return Sample() }
            return Sample(asked: asked, resident: resident, mapped: mapped)
        }
        set {
            method = .sampled(
                pagesAsked: newValue.asked, pagesResident: newValue.resident, pagesMapped: newValue.mapped)
        }
    }
}

// MARK: Memory by kind and policy

extension Field {
    /// Memory by kind.
    static func classes(
        _ get: @escaping @Sendable (Record) -> [MemoryClass: NodeValues<UInt64>],
        set: @escaping @Sendable (inout Record, [MemoryClass: NodeValues<UInt64>]) -> Void, _ description: String
    ) -> Field {
        Field(
            "classes",
            parts: { get($0).sorted { $0.key < $1.key }.map { ClassBytes(memoryClass: $0.key, bytes: $0.value) } },
            set: { record, classes in
                set(
                    &record,
                    Dictionary(
                        classes.map { ($0.memoryClass, $0.bytes) }, uniquingKeysWith: { _, last in last }))
            }, each: ClassBytes.fields, isRequired: true, description)
    }

    /// Memory by policy, where it is known.
    static func policies(_ path: Path<[String: NodeValues<UInt64>]?>, _ description: String) -> Field {
        Field(
            "policies",
            parts: { record in
                record[keyPath: path].map { policies in
                    policies.sorted { $0.key < $1.key }.map { PolicyBytes(policy: $0.key, bytes: $0.value) }
                }
            },
            set: { record, policies in
                record[keyPath: path] = Dictionary(
                    policies.map { ($0.policy, $0.bytes) }, uniquingKeysWith: { _, last in last })
            }, each: PolicyBytes.fields, isRequired: false, description)
    }
}

/// Bytes of one kind of memory.
private struct ClassBytes: Sendable {
    enum Name: String, FieldChoice {
        case anonymous, file, shared, huge
    }

    var memoryClass: MemoryClass
    var bytes: NodeValues<UInt64>

    var name: Name {
        get {
            switch memoryClass {
            case .anonymous: .anonymous
            case .file: .file
            case .shared: .shared
            case .huge: .huge
            }
        }
        set {
            switch newValue {
            case .anonymous: memoryClass = .anonymous
            case .file: memoryClass = .file
            case .shared: memoryClass = .shared
            case .huge: memoryClass = .huge(pageSizeBytes: 0)
            }
        }
    }

    static let fields = Fields<ClassBytes>(of: ClassBytes(memoryClass: .anonymous, bytes: NodeValues())) {
        Field("class", \.name, "What kind of memory.")
        Field(
            .pageSizeBytes,
            find: { $0.memoryClass.pageSizeBytes },
            set: { $0.memoryClass = .huge(pageSizeBytes: $1) }, "For huge pages.")
        Field(.bytesByNode, \.bytes, "Where it is.")
    }
}

/// Bytes under one memory policy.
private struct PolicyBytes: Sendable {
    var policy: String
    var bytes: NodeValues<UInt64>

    static let fields = Fields<PolicyBytes>(of: PolicyBytes(policy: "", bytes: NodeValues())) {
        Field("policy", \.policy, "The memory policy as numa_maps shows it.")
        Field(.bytesByNode, \.bytes, "Where memory under it is.")
    }
}

/// Bytes of one region.
private struct RegionBytes: Sendable {
    var region: MemoryRegion
    var bytes: NodeValues<UInt64>

    static let fields = Fields<RegionBytes>(of: RegionBytes(region: .heap, bytes: NodeValues())) {
        Field("region", \.region, "The row of numastat -p.")
        Field(.bytesByNode, \.bytes, "Where it is.")
    }
}
