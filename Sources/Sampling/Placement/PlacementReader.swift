import HostReading
import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// Tier 2: where one process's memory is, without holding its `mmap_lock` longer than allowed.
///
/// Three ways, the cheapest that keeps the bound:
///
/// 1. The whole of `numa_maps` with the largest buffer, where even all resident memory in one run would be walked in time.
/// 2. The whole of it with a small buffer, where `maps` (which walks no page tables) shows that no run of mappings that one
///    read can print is too large.
/// 3. Where that is too large, or the whole would cost more CPU time than placement has for one process, a random sample of
///    addresses through move_pages(2) queries, which hold the lock for 16 pages at a time.
///
/// Between calls the target gets its turn (``LockBreather``).
///
/// A copy of a host is read in full always: there is no lock to hold.
///
/// Every call is timed; the longest is published with the figures, and what was measured teaches the predictor.
struct PlacementReader {
    /// What came of one process.
    enum Outcome: Equatable {
        case read(PlacementRecord)
        case gap(PlacementGap)
    }

    private let root: any HostRoot
    private let units: HostUnits
    private let time: any TimeSource
    private(set) var predictor: HoldPredictor
    private(set) var account = ReadAccount()
    private var generator: SplitMix64
    private var reader = NUMAMapsReader()
    private var mapsReader = MapsReader()
    private var scratch: [UInt8] = []
    private var memory: MappedMemory
    private var addresses: [UInt64] = []
    private var classes: [MemoryClass] = []
    private var statuses: [PageStatus] = []
    /// Whether system calls know the processes by the numbers that `/proc` has.
    private let mayAskByNumber: Bool

    /// - Parameter predictor: With what is known of this host.
    init(
        root: any HostRoot, units: HostUnits, time: any TimeSource, seed: UInt64,
        predictor: HoldPredictor = HoldPredictor()
    ) {
        self.root = root
        self.predictor = predictor
        self.units = units
        self.time = time
        mayAskByNumber = !ProcessNumbers.areForeign(in: root)
        generator = SplitMix64(seed: seed)
        memory = MappedMemory(pageSizeBytes: units.pageSizeBytes)
    }

    /// Does as ordered; what it took in CPU time is for the caller to fill in.
    mutating func read(_ order: PlacementOrder) -> PlacementAnswer {
        var subject = order.subject
        let before = account
        let outcome = place(&subject, settings: order.settings, nodes: order.nodes, now: order.now)
        return PlacementAnswer(
            outcome: outcome, subject: subject, predictor: predictor,
            account: ReadAccount(files: account.files - before.files, bytes: account.bytes - before.bytes),
            cpuNanoseconds: 0)
    }

    /// Reads one process's placement.
    ///
    /// - Parameters:
    ///   - process: Notes what was learned of its mappings and huge pages.
    ///   - nodes: The online nodes.
    mutating func place(
        _ process: inout PlacementSubject, settings: SamplingSettings, nodes: [NodeID], now: UInt64
    ) -> Outcome {
        do throws(ReadFailure) {
            let files = try ProcessFiles(process.identity.pid, in: root)
            guard let life = try life(of: process, files) else { return .gap(.exited) }
            let outcome = try place(&process, files, settings: settings, nodes: nodes, now: now)
            // Where the memory map goes away in the middle (exit, exec), what is left of the file reads as its end.
            return try self.life(of: process, files) == life ? outcome : .gap(.exited)
        } catch {
            return .gap(gap(for: error))
        }
    }

    private func gap(for failure: ReadFailure) -> PlacementGap {
        switch failure.kind {
        case .gone: .exited
        case .permission: .denied
        // Nobody gives up in here: who waits for the answer does.
        case .missing, .tooLarge, .wrongType, .io, .stuck: .unsupported
        }
    }

    /// What tells that a process is still the one it was, running the program it ran.
    private struct Life: Equatable {
        var isForkedOnly: Bool
        var command: String
    }

    /// The life of the process known by this pid; nil when it has ended.
    private mutating func life(
        of process: PlacementSubject, _ files: borrowing ProcessFiles
    ) throws(ReadFailure) -> Life? {
        try files.read(process.directory + "stat", into: &scratch)
        account.add(scratch)
        guard let stat = try? TaskStat(parsing: scratch.span), !stat.isDead,
            process.livingThread != nil || stat.startTicks == process.identity.startTimeTicks
        else { return nil }
        return Life(
            isForkedOnly: stat.flags & LedgerReader.forkedWithoutExec != 0, command: scratch.span.text(stat.commRange))
    }

    private mutating func place(
        _ process: inout PlacementSubject, _ files: borrowing ProcessFiles, settings: SamplingSettings, nodes: [NodeID],
        now: UInt64
    ) throws(ReadFailure) -> Outcome {
        // Reading a copy holds nobody's lock, and nobody could be asked for a sample.
        guard root.isLive else {
            return try readInFull(&process, files, chunkBytes: SamplingSettings.largestReadBufferBytes, now: now)
        }
        let bound = settings.maximumHoldNanoseconds
        let pages = process.residentPages
        let hugeShare = process.holdHistory?.hugeShare(pagesNow: pages) ?? 0
        let large = SamplingSettings.largestReadBufferBytes
        // Mappings come and go: twice what was there last time.
        let expected = min(process.mappingCount.map { $0 * 2 } ?? .max, HoldPredictor.mappingsPerRead(large))
        if predictor.hold(pages: pages, hugeShare: hugeShare, mappings: expected) <= bound {
            return try readInFull(&process, files, chunkBytes: large, now: now)
        }
        if let gap = try readMaps(files) { return .gap(gap) }
        process.mappingCount = memory.regions.count
        let small = min(max(settings.readBufferBytes, SamplingSettings.smallestReadBufferBytes), large)
        let mappings = HoldPredictor.mappingsPerRead(small)
        let run = memory.largestRunBytes(mappings: mappings) / units.pageSizeBytes
        let hold = predictor.hold(pages: min(run, pages), hugeShare: hugeShare, mappings: mappings)
        let whole = predictor.hold(pages: pages, hugeShare: hugeShare, mappings: memory.regions.count)
        if hold <= bound, whole <= Self.largestReadNanoseconds(settings) {
            return try readInFull(&process, files, chunkBytes: small, now: now)
        }
        return try sample(process, files, settings: settings, nodes: nodes, now: now)
    }

    /// The CPU time one process's full read may take, however well it is divided: a quarter of what placement may use in one
    /// interval. Beyond, it would put off all others for minutes; a sample costs a thousandth.
    ///
    /// Example: 1 % of one CPU, of which placement has 0.4, every 2 min: 120 ms, which is 6 GiB of small pages.
    static func largestReadNanoseconds(_ settings: SamplingSettings) -> UInt64 {
        let budget =
            Double(settings.placementIntervalNanoseconds) * max(settings.cpuLimitShare, 0)
            * SamplingSettings.placementBudgetShare / 4
        return max(UInt64(min(budget, 1e18)), settings.maximumHoldNanoseconds)
    }

    // MARK: In full

    private mutating func readInFull(
        _ process: inout PlacementSubject, _ files: borrowing ProcessFiles, chunkBytes: Int, now: UInt64
    ) throws(ReadFailure) -> Outcome {
        reader.reset()
        var sum = PlacementSum(takenAtNanoseconds: now, pageSizeBytes: units.pageSizeBytes)
        var isDamaged = false
        var defects = LineDefects()
        // Taken out for the closure: the reader and the sums must not both be reached through `self`.
        var current = NUMAMapsReader()
        swap(&current, &reader)
        defer { swap(&current, &reader) }
        let time = time
        var breather = LockBreather()
        let chunks = try files.readChunks(
            process.directory + "numa_maps", chunkBytes: chunkBytes, scratch: &scratch
        ) { chunk, held in
            if let pause = breather.held(held) { time.pause(nanoseconds: pause) }
            do throws(KernelTextError) {
                try current.feed(chunk, defects: &defects) { line, bytes in sum.add(line, bytes) }
                return true
            } catch {
                isDamaged = true
                return false
            }
        }
        account.files += 1
        account.bytes += UInt64(chunks.bytes)
        // On a live host a file that ends inside a line is of a process that went away while it was read. A copy does not
        // change: it is cut, and its whole lines are what is known.
        guard !isDamaged else { return .gap(.malformed) }
        let isCut = (try? current.finish()) == nil
        guard !isCut || !root.isLive else { return .gap(.exited) }
        // Every process that has memory has mappings: none is no answer, not the answer nothing.
        guard sum.mappingCount > 0 else { return .gap(root.isLive && defects.isEmpty ? .exited : .malformed) }
        if sum.needsIdentity { sum.identify(mappedFiles(files)) }
        process.mappingCount = sum.mappingCount
        predictor.learn(
            pages: sum.smallPages, mappings: sum.mappingCount, measuredNanoseconds: chunks.totalNanoseconds)
        process.holdHistory = HoldHistory(
            pages: sum.smallPages, mappings: sum.mappingCount, measuredNanoseconds: chunks.totalNanoseconds,
            predictor: predictor)
        var record = sum.record(longestCallNanoseconds: chunks.longestNanoseconds)
        record.oddLineCount = defects.count
        record.isCut = isCut
        return .read(record)
    }

    /// The files mapped, by start address; none where `maps` cannot be read, as in a copy of a host, which seldom has it.
    private mutating func mappedFiles(_ files: borrowing ProcessFiles) -> [UInt64: MappedFile] {
        do throws(ReadFailure) {
            guard try readMaps(files) == nil else { return [:] }
        } catch {
            return [:]
        }
        return Dictionary(
            memory.regions.compactMap { region in region.file.map { (region.start, $0) } }, uniquingKeysWith: { $1 })
    }

    // MARK: Sampled

    /// Fills ``memory`` from `/proc/<pid>/maps`.
    ///
    /// - Returns: Why it cannot be used: a part of the mappings would make every bound too small.
    private mutating func readMaps(_ files: borrowing ProcessFiles) throws(ReadFailure) -> PlacementGap? {
        var isDamaged = false
        mapsReader.reset()
        var current = MapsReader()
        swap(&current, &mapsReader)
        defer { swap(&current, &mapsReader) }
        var mapped = MappedMemory(pageSizeBytes: units.pageSizeBytes)
        swap(&mapped, &memory)
        defer { swap(&mapped, &memory) }
        mapped.removeAll()
        let time = time
        var breather = LockBreather()
        let chunks = try files.readChunks(
            "maps", chunkBytes: SamplingSettings.largestReadBufferBytes, scratch: &scratch
        ) { chunk, held in
            if let pause = breather.held(held) { time.pause(nanoseconds: pause) }
            do throws(KernelTextError) {
                try current.feed(chunk) { line, bytes in
                    let path = line.path(in: bytes)
                    var region = MappedMemory.Region(
                        start: line.startAddress, byteCount: line.sizeBytes,
                        memoryClass: MappingKind.of(path: path, hugePageSizeBytes: nil),
                        isSampled: !line.permissions.isDisjoint(with: [.read, .write, .execute])
                            && MappingKind.canBeSampled(path: path))
                    if line.inode != 0 {
                        region.file = MappedFile(
                            deviceMajor: line.deviceMajor, deviceMinor: line.deviceMinor, inode: line.inode,
                            offsetBytes: line.fileOffsetBytes)
                    }
                    mapped.append(region)
                }
                return true
            } catch {
                isDamaged = true
                return false
            }
        }
        account.files += 1
        account.bytes += UInt64(chunks.bytes)
        guard !isDamaged else { return .unsupported }
        return (try? current.finish()) == nil || mapped.regions.isEmpty ? .exited : nil
    }

    /// What the kernel counts; nil where `status` cannot be understood.
    private mutating func residentPages(_ files: borrowing ProcessFiles) throws(ReadFailure) -> ResidentPages? {
        try files.read("status", into: &scratch)
        account.add(scratch)
        guard let status = try? ProcessStatus(parsing: scratch.span) else { return nil }
        return ResidentPages(status, pageSizeBytes: units.pageSizeBytes)
    }

    /// Pages asked for in one call: the kernel lets go of the lock after each 16, but takes it again at once.
    private static let pagesPerCall = 256

    private mutating func sample(
        _ process: PlacementSubject, _ files: borrowing ProcessFiles, settings: SamplingSettings, nodes: [NodeID],
        now: UInt64
    ) throws(ReadFailure) -> Outcome {
        guard memory.sampledPages > 0, mayAskByNumber, process.livingThread == nil else { return .gap(.tooExpensive) }
        let resident = try residentPages(files)
        addresses.removeAll(keepingCapacity: true)
        classes.removeAll(keepingCapacity: true)
        var drawn: [UInt64] = []
        var kinds: [MemoryClass] = []
        swap(&drawn, &addresses)
        swap(&kinds, &classes)
        memory.draw(settings.samplePages, using: &generator) { address, kind in
            drawn.append(address)
            kinds.append(kind)
        }
        swap(&drawn, &addresses)
        swap(&kinds, &classes)
        var estimate = PlacementEstimate(mappedPages: memory.sampledPages)
        var longest: UInt64 = 0
        var breather = LockBreather()
        var start = 0
        while start < addresses.count {
            let end = min(start + Self.pagesPerCall, addresses.count)
            // move_pages(2) waits for the lock as nothing else does: a thread in it cannot even be killed, and our own end would
            // wait for it.
            files.passMemoryLock()
            let before = time.monotonicNanoseconds
            do throws(SystemFailure) {
                try MovePages.locate(
                    pid: process.identity.pid, addresses: Array(addresses[start..<end]), into: &statuses)
            } catch {
                return .gap(error.isGone ? .exited : error.isPermission ? .denied : .tooExpensive)
            }
            let held = time.monotonicNanoseconds - before
            longest = max(longest, held)
            for (offset, status) in statuses.enumerated() {
                estimate.add(classes[start + offset], node: status.node.flatMap { NodeNumber.node($0) })
            }
            start = end
            if let pause = breather.held(held), start < addresses.count { time.pause(nanoseconds: pause) }
        }
        account.files += 1
        let amounts = estimate.amounts(
            residentPages: resident?.anchor,
            countedPages: MovePages.hidesArmedPages == true ? resident?.counted : nil,
            pageSizeBytes: units.pageSizeBytes, nodes: nodes)
        var record = PlacementRecord(
            method: .sampled(
                pagesAsked: addresses.count, pagesResident: Int(clamping: estimate.residentPages),
                pagesMapped: memory.sampledPages),
            takenAtNanoseconds: now)
        record.bytes = amounts.bytes
        record.halfWidth95Bytes = amounts.halfWidth95Bytes
        record.bytesByClass = amounts.bytesByClass
        record.unlocatedBytes = amounts.unlocatedBytes
        // Which pages the sample stands for is not known: what may be another's counts once for each process.
        record.namelessSharedBytes = [MemoryClass.shared, .file].reduce(0) { sum, kind in
            sum.addingSaturated(amounts.bytesByClass[kind]?.total ?? 0)
        }
        record.mappingCount = memory.regions.count
        record.longestCallNanoseconds = longest
        return .read(record)
    }
}
