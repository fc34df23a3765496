import NUMATopology
import Snapshots

/// The host over time: its watch, and the counters that only the host has.
struct HostWatch: Sendable {
    var watch: ScopeWatch?
    private var counters: ScopeReading.Counters?
    private var busyNanoseconds: UInt64?
    private var demoted: UInt64?
    private var longScans: UInt64?
    private var at: UInt64 = 0
    /// Of the last round.
    private(set) var faultsPerSecond: Double?
    private(set) var demotedPerSecond: Double?
    /// Scans of more than 4 ms, by the trace; nil where nothing is traced.
    private(set) var newLongScans: UInt64?

    /// What the kernel counted since the last round; nil where it was not counted, or there is no last round.
    mutating func count(_ snapshot: HostSnapshot) -> RoundContext.HostCount? {
        let now = snapshot.monotonicNanoseconds
        let counters = Self.counters(of: snapshot.host)
        let busy = Self.busyNanoseconds(snapshot.host)
        let demoted = Self.demoted(snapshot.host)
        let before = (self.counters, busyNanoseconds, self.demoted, at)
        (self.counters, busyNanoseconds, self.demoted, at) = (counters, busy, demoted, now)
        let seconds = now > before.3 && before.3 > 0 ? Double(now - before.3) / 1e9 : 0
        demotedPerSecond = nil
        faultsPerSecond = nil
        let scans = snapshot.tracing?.work?.longScans
        newLongScans = scans.flatMap { scans in longScans.map { scans - min($0, scans) } }
        longScans = scans
        guard seconds > 0 else { return nil }
        if let demoted, let earlier = before.2, demoted >= earlier {
            demotedPerSecond = Double(demoted - earlier) / seconds
        }
        guard let counters, let earlier = before.0, counters.armed >= earlier.armed,
            counters.faulted >= earlier.faulted, counters.moved >= earlier.moved
        else { return nil }
        let faulted = Double(counters.faulted - earlier.faulted)
        faultsPerSecond = faulted / seconds
        let cpu = busy.flatMap { busy in before.1.map { busy >= $0 ? Double(busy - $0) / 1e9 : 0 } }
        return RoundContext.HostCount(
            armed: Double(counters.armed - earlier.armed), faulted: faulted,
            moved: Double(counters.moved - earlier.moved), cpuSeconds: cpu ?? 0)
    }

    /// The counters of `/proc/vmstat`. A huge page is armed by one entry of the page tables and counts as 512.
    static func counters(of host: HostTotals) -> ScopeReading.Counters? {
        guard let armed = host.vmstatValue("numa_pte_updates"), let faulted = host.vmstatValue("numa_hint_faults"),
            let moved = host.vmstatValue("numa_pages_migrated")
        else { return nil }
        let huge = host.vmstatValue("numa_huge_pte_updates") ?? 0
        return ScopeReading.Counters(
            armed: armed.subtractingSaturated(huge.multipliedSaturated(by: 511)), faulted: faulted, moved: moved)
    }

    private static func busyNanoseconds(_ host: HostTotals) -> UInt64? {
        let busy = host.nodes.compactMap(\.busyNanoseconds)
        return busy.isEmpty ? nil : busy.reduce(0) { $0.addingSaturated($1) }
    }

    private static func demoted(_ host: HostTotals) -> UInt64? {
        let counters = host.nodes.compactMap(\.vmstat).flatMap { $0 }.filter { $0.name.hasPrefix("pgdemote_") }
        return counters.isEmpty ? nil : counters.reduce(0) { $0.addingSaturated($1.value) }
    }

    /// The host as a scope: what all CPUs did, and the anonymous and shared memory of each node.
    static func reading(of snapshot: HostSnapshot) -> ScopeReading {
        var reading = ScopeReading()
        reading.counters = counters(of: snapshot.host)
        var time = NodeValues<UInt64>()
        var memory: NodeValues<UInt64>? = NodeValues()
        var isTimeKnown = false
        for node in snapshot.host.nodes {
            if let busy = node.busyNanoseconds {
                time[node.id] = busy
                isTimeKnown = true
            }
            if let anonymous = node.meminfoBytes("AnonPages") {
                memory?[node.id] = anonymous.addingSaturated(node.meminfoBytes("Shmem") ?? 0)
            } else {
                memory = nil
            }
        }
        if isTimeKnown { reading.cpuByNode = time }
        if let memory, memory.total > 0 {
            reading.memory = ScopeReading.Memory(
                bytes: memory, halfWidthBytes: nil, takenAtNanoseconds: snapshot.monotonicNanoseconds, source: .counters
            )
        } else {
            reading.unplacedRatio = 1
        }
        return reading
    }
}
