import BalancingModel
import HostReading
import KernelText
import LinuxSystem
import Snapshots

/// What `/proc/vmstat` counts of balancing since boot.
struct BalancingCounters: Equatable, Sendable {
    /// `numa_hint_faults`.
    var hintFaults: UInt64
    /// `numa_hint_faults_local`.
    var localHintFaults: UInt64
    /// `numa_pages_migrated`, base pages.
    var pagesMigrated: UInt64

    init(hintFaults: UInt64, localHintFaults: UInt64, pagesMigrated: UInt64) {
        self.hintFaults = hintFaults
        self.localHintFaults = localHintFaults
        self.pagesMigrated = pagesMigrated
    }

    /// Those of a host round; nil unless all three were there.
    init?(_ totals: HostTotals) {
        guard let faults = totals.vmstatValue("numa_hint_faults"),
            let local = totals.vmstatValue("numa_hint_faults_local"),
            let migrated = totals.vmstatValue("numa_pages_migrated")
        else { return nil }
        self.init(hintFaults: faults, localHintFaults: local, pagesMigrated: migrated)
    }

    /// How far they went since an earlier reading; nil if one went back.
    func since(_ earlier: BalancingCounters) -> SystemCounters? {
        guard hintFaults >= earlier.hintFaults, localHintFaults >= earlier.localHintFaults,
            pagesMigrated >= earlier.pagesMigrated
        else { return nil }
        return SystemCounters(
            hintFaults: hintFaults - earlier.hintFaults, localHintFaults: localHintFaults - earlier.localHintFaults,
            pagesMigrated: pagesMigrated - earlier.pagesMigrated)
    }
}

/// Reads just these counters, where no whole round of the host is due.
struct BalancingCounterReader {
    private let root: any HostRoot
    private var buffer: [UInt8] = []

    init(root: any HostRoot) {
        self.root = root
    }

    /// - Returns: nil if the file cannot be read, or lacks one of them.
    mutating func read(_ account: inout ReadAccount) -> BalancingCounters? {
        var faults: UInt64?
        var local: UInt64?
        var migrated: UInt64?
        do {
            try root.read("/proc/vmstat", into: &buffer)
            account.add(buffer)
            let bytes = buffer.span
            try CounterLines.forEach(bytes, file: .vmstat) { name, value in
                guard bytes[name.lowerBound] == UInt8(ascii: "n") else { return }
                switch bytes.text(name) {
                case "numa_hint_faults": faults = value
                case "numa_hint_faults_local": local = value
                case "numa_pages_migrated": migrated = value
                default: break
                }
            }
        } catch {
            return nil
        }
        guard let faults, let local, let migrated else { return nil }
        return BalancingCounters(hintFaults: faults, localHintFaults: local, pagesMigrated: migrated)
    }
}
