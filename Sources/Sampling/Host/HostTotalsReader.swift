import HostReading
import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains
import Snapshots

/// Tier 0: the totals of host and nodes, and their change since the previous round.
///
/// A source that cannot be read leaves its fields absent. A counter that went down (a node came back, a container's view
/// changed) has no rate in that round: a negative rate would be a lie, and zero another one.
struct HostTotalsReader {
    /// What rates are computed from.
    private struct Previous {
        var atNanoseconds: UInt64
        var vmstat: [String: UInt64]
    }

    /// What one CPU did since boot.
    private struct CPUTime {
        var node: NodeID
        var busyTicks: UInt64
        var idleTicks: UInt64
        /// Whether it was read in the last round; else it is offline, and this is how far it came.
        var isCurrent: Bool
    }

    /// What seldom changes.
    private struct Firmware {
        var nodes = NodeSet()
        var readAt: UInt64?
        var tiers: MemoryTiers?
        var access: [NodeID: MemoryAccess] = [:]
        var cacheAware: CacheAwareScheduling?
    }

    private let root: any HostRoot
    private let units: HostUnits
    private var firmware = Firmware()
    private var previous: Previous?
    /// By CPU. Those that went offline stay: `/proc/stat` has no line of theirs, but what their node did is not undone.
    private var cpuTimes: [Int: CPUTime] = [:]
    private var buffer: [UInt8] = []
    private var procStat = ProcStat()
    private var traffic: TrafficObserver
    private var refusedAt: UInt64?
    /// Files of which lines, or all, were not understood in this round.
    private var damage: [HostNote] = []
    private(set) var account = ReadAccount()

    static let refusalInterval: UInt64 = 300_000_000_000
    /// How long tiers and the firmware's figures are believed.
    static let firmwareInterval: UInt64 = 60_000_000_000

    init(root: any HostRoot, units: HostUnits) {
        self.root = root
        self.units = units
        traffic = TrafficObserver(root: root)
    }

    /// One round.
    ///
    /// - Parameter now: Monotonic time, nanoseconds.
    mutating func read(machine: Machine, now: UInt64) -> HostTotals {
        var totals = HostTotals()
        damage = []
        let controls = readControls(now)
        totals.balancingMode = controls.mode
        totals.knobs = controls.knobs
        totals.vmstat = counters("/proc/vmstat", .vmstat, keeping: Self.isHostCounter)
        readFirmware(machine, now)
        totals.tiers = firmware.tiers
        totals.cacheAware = firmware.cacheAware
        totals.isDemotionEnabled = NodeMemoryReader.isDemotionEnabled(in: root, buffer: &buffer)
        totals.zoneReclaimMode = NodeMemoryReader.zoneReclaimMode(in: root, buffer: &buffer)
        account.files += 2
        totals.traffic = traffic.read(machine: machine, now: now)
        account.files += UInt64((totals.traffic?.caches.count ?? 0) * 2)
        totals.nodes = machine.nodes.map { node(of: $0, machine) }
        var current = Previous(atNanoseconds: now, vmstat: [:])
        for counter in totals.vmstat ?? [] { current.vmstat[counter.name] = counter.value }
        addBusyTime(machine, &totals)
        if let previous { totals.vmstatRates = Self.rates(totals.vmstat ?? [], since: previous, now: now) }
        previous = current
        totals.damage = damage
        return totals
    }

    /// Tiers and what the firmware states of accesses change when nodes do, or when a driver brings memory online.
    private mutating func readFirmware(_ machine: Machine, _ now: UInt64) {
        let isFresh = firmware.readAt.map { now - min($0, now) < Self.firmwareInterval } ?? false
        guard !isFresh || firmware.nodes != machine.nodeSet else { return }
        firmware = Firmware(nodes: machine.nodeSet, readAt: now, tiers: NodeMemoryReader.tiers(in: root))
        account.files += UInt64(firmware.tiers?.tiers.count ?? 0)
        // They lie beside the scanner's settings: what refused those would refuse these.
        if refusedAt == nil { firmware.cacheAware = CacheAwareReader.read(from: root) }
        for node in machine.nodes {
            guard let access = NodeMemoryReader.access(to: node.id, in: root, buffer: &buffer) else { continue }
            firmware.access[node.id] = access
            account.files += 4
        }
    }

    /// Reads a file of lines, leaving out what is not understood; nil, where nothing of it is or it cannot be read.
    private mutating func lines<Value>(
        _ path: String, _ parser: (Span<UInt8>) throws(KernelTextError) -> Value
    ) -> Value? {
        var defects = LineDefects()
        do throws(SourceFailure) {
            let value = try root.parseLines(path, into: &buffer, defects: &defects, parser)
            account.add(buffer)
            // A file of no bytes is none the kernel made: nothing is known, which is not that nothing was counted.
            guard !buffer.isEmpty else { return nil }
            if !defects.isEmpty { damage.append(HostNote(.damaged, path, "\(path): \(defects.text)")) }
            return value
        } catch {
            if case .malformed = error {
                damage.append(HostNote(.damaged, path, "\(path) \(error.reason(isLive: root.isLive))"))
            }
            return nil
        }
    }

    /// The switches. A locked-down kernel writes a line to its log for every refusal, so settings that were refused are
    /// asked for again only after ``refusalInterval``.
    private mutating func readControls(_ now: UInt64) -> BalancingControls {
        let isRefused = refusedAt.map { now - min($0, now) < Self.refusalInterval } ?? false
        let controls = BalancingControls.read(from: root, buffer: &buffer, withSettings: !isRefused)
        account.files += isRefused ? 1 : 7
        if !isRefused { refusedAt = controls.isRefused ? now : nil }
        return controls
    }

    private static func rates(
        _ counters: [HostTotals.Counter], since previous: Previous, now: UInt64
    ) -> [HostTotals.Rate] {
        guard now > previous.atNanoseconds else { return [] }
        let seconds = Double(now - previous.atNanoseconds) / 1e9
        return counters.compactMap { counter in
            guard let before = previous.vmstat[counter.name], counter.value >= before else { return nil }
            return HostTotals.Rate(name: counter.name, perSecond: Double(counter.value - before) / seconds)
        }
    }

    /// The counters of `/proc/vmstat` that concern NUMA and migration.
    static func isHostCounter(_ name: String) -> Bool {
        name.hasPrefix("numa_") || NodeTotals.isTierCounter(name) || name.hasPrefix("pgmigrate_")
            || name.hasPrefix("thp_migration_")
    }

    /// The wanted lines of a file of counters; nil when it cannot be read.
    private mutating func counters(
        _ path: String, _ file: KernelFile, keeping isWanted: (String) -> Bool
    ) -> [HostTotals.Counter]? {
        lines(path) { bytes throws(KernelTextError) in
            var result: [HostTotals.Counter] = []
            try CounterLines.forEach(bytes, file: file) { name, value in
                // Most lines of vmstat are none of ours: their first letters tell, before a string is made of them.
                guard Self.mayBeWanted(bytes[name.lowerBound]) || file == .nodeNumastat else { return }
                let text = bytes.text(name)
                if isWanted(text) { result.append(HostTotals.Counter(name: text, value: value)) }
            }
            return result
        }
    }

    private static func mayBeWanted(_ letter: UInt8) -> Bool {
        letter == UInt8(ascii: "n") || letter == UInt8(ascii: "p") || letter == UInt8(ascii: "t")
            || letter == UInt8(ascii: "w")
    }

    private mutating func node(of node: Machine.Node, _ machine: Machine) -> NodeTotals {
        var totals = NodeTotals(id: node.id, cpus: node.knowsCPUs ? node.cpus : nil)
        let directory = "/sys/devices/system/node/node\(node.id)"
        totals.distances = machine.distanceRow(of: node)
        totals.meminfo = meminfo("\(directory)/meminfo")
        totals.numastat = counters("\(directory)/numastat", .nodeNumastat) { _ in true }
        totals.vmstat = counters("\(directory)/vmstat", .nodeVmstat, keeping: NodeTotals.isKept)
        totals.hugePages = NodeMemoryReader.hugePagePools(of: node.id, in: root, buffer: &buffer)
        account.files += UInt64((totals.hugePages ?? []).count * 3)
        totals.access = firmware.access[node.id]
        return totals
    }

    private mutating func meminfo(_ path: String) -> [HostTotals.Counter]? {
        lines(path) { bytes throws(KernelTextError) in
            var result: [HostTotals.Counter] = []
            try Meminfo.forEachNodeLine(bytes) { name, value in
                result.append(HostTotals.Counter(name: bytes.text(name), value: value))
            }
            return result
        }
    }

    /// Busy time of each node's CPUs, from `/proc/stat`, and its share since the previous round.
    ///
    /// The share is that of the CPUs that were online in both rounds. One that comes back brings its whole past with it,
    /// and its idle time begins anew on some kernels: neither happened in this round.
    private mutating func addBusyTime(_ machine: Machine, _ totals: inout HostTotals) {
        var before: [Int: CPUTime] = [:]
        for (number, time) in cpuTimes where time.isCurrent {
            before[number] = time
            cpuTimes[number]?.isCurrent = false
        }
        // Taken out for the call, so that its storage is used again.
        var parsed = ProcStat()
        swap(&parsed, &procStat)
        let isRead =
            lines("/proc/stat") { bytes throws(KernelTextError) in
                try ProcStat.parse(bytes, into: &parsed)
                return true
            } ?? false
        swap(&parsed, &procStat)
        guard isRead else { return }
        let nodes = machine.nodeByCPU()
        var spent: [NodeID: (busy: UInt64, all: UInt64)] = [:]
        for cpu in procStat.cpus {
            guard let number = cpu.cpu, number < nodes.count, let node = nodes[number] else { continue }
            let parts = [
                cpu.userTicks, cpu.niceTicks, cpu.systemTicks, cpu.interruptTicks ?? 0, cpu.softInterruptTicks ?? 0,
                cpu.stealTicks ?? 0,
            ]
            let busy = parts.reduce(0 as UInt64) { $0.addingSaturated($1) }
            let idle = cpu.idleTicks.addingSaturated(cpu.ioWaitTicks ?? 0)
            cpuTimes[number] = CPUTime(node: node, busyTicks: busy, idleTicks: idle, isCurrent: true)
            guard let before = before[number], busy >= before.busyTicks, idle >= before.idleTicks else { continue }
            let busySince = busy - before.busyTicks
            let sum = spent[node] ?? (0, 0)
            spent[node] = (
                sum.busy.addingSaturated(busySince),
                sum.all.addingSaturated(busySince).addingSaturated(idle - before.idleTicks)
            )
        }
        var busyTicks: [NodeID: UInt64] = [:]
        for time in cpuTimes.values {
            busyTicks[time.node] = (busyTicks[time.node] ?? 0).addingSaturated(time.busyTicks)
        }
        // Where an online CPU has no line, the file is cut or is a container's own (LXCFS), with other numbers: what it says
        // is not the node's time.
        let shown = CPUSet(procStat.cpus.compactMap(\.cpu))
        for index in totals.nodes.indices where totals.nodes[index].cpus?.isSubset(of: shown) ?? false {
            let node = totals.nodes[index].id
            totals.nodes[index].busyNanoseconds = busyTicks[node].map(units.nanoseconds(ticks:))
            guard let spent = spent[node], spent.all > 0 else { continue }
            totals.nodes[index].busyShare = Double(spent.busy) / Double(spent.all)
        }
    }
}
