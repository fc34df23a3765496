import KernelText
import NUMATopology
import Snapshots

/// The lines of one process's `numa_maps`, added up by node, class, policy and region.
struct PlacementSum {
    /// Resident pages of mappings that are walked page by page: those of huge pages cost next to nothing.
    private(set) var smallPages: UInt64 = 0
    private var sums: PlacementRecord
    private var policies: [String: NodeValues<UInt64>] = [:]
    private var regions: [MemoryRegion: NodeValues<UInt64>] = [:]
    /// Mappings that others may have as well, and have a name for.
    private(set) var shared: [NamedMapping] = []
    /// How often a file has been mapped so far.
    private var occurrences: [String: Int] = [:]
    private let pageSizeBytes: UInt64

    /// - Parameter pageSizeBytes: The page size of lines that name none.
    init(takenAtNanoseconds: UInt64, pageSizeBytes: UInt64) {
        sums = PlacementRecord(method: .full, takenAtNanoseconds: takenAtNanoseconds)
        self.pageSizeBytes = pageSizeBytes
    }

    var mappingCount: Int { sums.mappingCount }

    /// The record of all lines.
    func record(longestCallNanoseconds: UInt64) -> PlacementRecord {
        var record = sums
        record.bytesByPolicy = policies
        record.bytesByRegion = regions
        record.longestCallNanoseconds = longestCallNanoseconds
        record.sharedMappings = shared.map { $0.record }
        return record
    }

    mutating func add(_ line: borrowing NUMAMapsLine, _ bytes: Span<UInt8>) {
        sums.mappingCount += 1
        guard !line.nodePages.isEmpty else { return }
        let unit = line.kernelPageSizeBytes ?? pageSizeBytes
        let path = line.filePath(in: bytes)
        let kind = MappingKind.of(path: path, hugePageSizeBytes: line.isHuge ? unit : nil)
        let region: MemoryRegion = line.isHuge ? .huge : line.isHeap ? .heap : line.isStack ? .stack : .private
        let policy = bytes.text(line.policy.range)
        let total = line.residentPages
        // Private copies of file and shared pages are anonymous memory. How they are spread over the nodes is not printed:
        // they are taken to be spread as the mapping's pages are, rounded so that their sum stays what it is.
        let copies = kind == .file || kind == .shared ? min(line.anonPages ?? 0, total) : 0
        var (pagesBefore, copiesBefore): (UInt64, UInt64) = (0, 0)
        for entry in line.nodePages {
            pagesBefore = min(pagesBefore.addingSaturated(entry.pages), total)
            let copiesUpToHere = Self.part(of: copies, pagesBefore, total)
            let copied = (copiesUpToHere - copiesBefore).multipliedSaturated(by: unit)
            copiesBefore = copiesUpToHere
            guard let node = NodeNumber.node(entry.node) else { continue }
            let amount = entry.pages.multipliedSaturated(by: unit)
            sums.bytes[node] = sums.bytes[node].addingSaturated(amount)
            add(amount - min(copied, amount), kind, node)
            add(min(copied, amount), .anonymous, node)
            policies[policy, default: NodeValues()][node] =
                (policies[policy]?[node] ?? 0).addingSaturated(amount)
            regions[region, default: NodeValues()][node] =
                (regions[region]?[node] ?? 0).addingSaturated(amount)
        }
        note(line, path, kind, policy, unit: unit, copies: copies)
        if !line.isHuge { smallPages = smallPages.addingSaturated(total) }
    }

    /// Notes what of a mapping other processes may map as well.
    ///
    /// `mapmax` is the number of times the most mapped of its pages is mapped: 1 (and then left out) for a mapping that is
    /// this process's alone. Private copies are never another's, but for those from before a fork, and those have no name.
    private mutating func note(
        _ line: borrowing NUMAMapsLine, _ path: String?, _ kind: MemoryClass, _ policy: String, unit: UInt64,
        copies: UInt64
    ) {
        guard let path, path.hasPrefix("/"), kind != .anonymous else {
            if line.mapMax != nil {
                sums.namelessSharedBytes = sums.namelessSharedBytes.addingSaturated(
                    line.residentPages.multipliedSaturated(by: unit))
            }
            return
        }
        // Of large folios the kernel may print an average. Most files are mapped by one; memory that is made to be shared is
        // worth an entry.
        guard line.mapMax != nil || kind != .file else { return }
        let occurrence = occurrences[path, default: 0]
        occurrences[path] = occurrence + 1
        let total = line.residentPages
        guard total > copies else { return }
        var bytes = NodeValues<UInt64>()
        for entry in line.nodePages {
            guard let node = NodeNumber.node(entry.node) else { continue }
            let pages = entry.pages - min(Self.part(of: copies, min(entry.pages, total), total), entry.pages)
            bytes[node] = bytes[node].addingSaturated(pages.multipliedSaturated(by: unit))
        }
        shared.append(
            NamedMapping(
                startAddress: line.startAddress, path: path, occurrence: occurrence, memoryClass: kind, policy: policy,
                bytes: bytes))
    }

    /// Puts device, inode and offset in place of names that others may have for other memory.
    ///
    /// - Parameter files: By start address.
    mutating func identify(_ files: [UInt64: MappedFile]) {
        for index in shared.indices where shared[index].isNamedByKernel {
            shared[index].file = files[shared[index].startAddress]
        }
    }

    /// Whether a shared mapping has a name that others may have for other memory.
    var needsIdentity: Bool { shared.contains { $0.isNamedByKernel } }

    private mutating func add(_ bytes: UInt64, _ kind: MemoryClass, _ node: NodeID) {
        guard bytes > 0 else { return }
        var values = sums.bytesByClass[kind] ?? NodeValues()
        values[node] = values[node].addingSaturated(bytes)
        sums.bytesByClass[kind] = values
    }

    /// `amount * part / whole` rounded down, at most `amount`.
    private static func part(of amount: UInt64, _ part: UInt64, _ whole: UInt64) -> UInt64 {
        guard part < whole else { return amount }
        // The quotient is below `amount`, so it fits.
        return whole.dividingFullWidth(amount.multipliedFullWidth(by: part)).quotient
    }
}
