package import LinuxSystem
import NUMATopology

/// What observing costs us, as a value a test replaces.
package protocol CostMeter: Sendable {
    /// CPU time of the calling thread, nanoseconds.
    var threadCPUNanoseconds: UInt64 { get }
    /// CPU time of the whole process, nanoseconds.
    var processCPUNanoseconds: UInt64 { get }
    /// Resident memory of the process; nil where it cannot be told.
    var residentBytes: UInt64? { get }
}

/// This process's own cost.
package struct OwnCost: CostMeter {
    package init() {}

    package var threadCPUNanoseconds: UInt64 { SystemTime.threadCPUNanoseconds }
    package var processCPUNanoseconds: UInt64 { SystemTime.processCPUNanoseconds }
    package var residentBytes: UInt64? { SelfCost.current().residentBytes.map { UInt64(clamping: $0) } }
}

/// The units a root's figures are in. A captured root does not say; the units of x86-64 are taken for it.
package struct HostUnits: Sendable, Equatable {
    /// The base page size, bytes.
    package var pageSizeBytes: UInt64
    /// `USER_HZ`: clock ticks per second in `stat`.
    package var ticksPerSecond: UInt64

    package init(pageSizeBytes: UInt64, ticksPerSecond: UInt64) {
        self.pageSizeBytes = max(pageSizeBytes, 1)
        self.ticksPerSecond = max(ticksPerSecond, 1)
    }

    /// Of this host for the live root, of x86-64 for a copy.
    package init(of root: any HostRoot) {
        guard root.isLive else {
            self.init(pageSizeBytes: 4096, ticksPerSecond: 100)
            return
        }
        self.init(
            pageSizeBytes: UInt64(clamping: HostFacts.pageSizeBytes),
            ticksPerSecond: UInt64(clamping: HostFacts.clockTicksPerSecond))
    }

    /// Clock ticks as nanoseconds, at most `UInt64.max`.
    func nanoseconds(ticks: UInt64) -> UInt64 {
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: ticksPerSecond)
        return seconds.multipliedSaturated(by: 1_000_000_000)
            .addingSaturated(rest.multipliedSaturated(by: 1_000_000_000) / ticksPerSecond)
    }

    /// Nanoseconds as whole clock ticks.
    func ticks(nanoseconds: UInt64) -> UInt64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds.multipliedSaturated(by: ticksPerSecond).addingSaturated(
            rest.multipliedSaturated(by: ticksPerSecond) / 1_000_000_000)
    }

    func bytes(pages: UInt64) -> UInt64 { pages.multipliedSaturated(by: pageSizeBytes) }
}

/// Files and bytes read by one tier.
struct ReadAccount: Sendable, Equatable {
    var files: UInt64 = 0
    var bytes: UInt64 = 0

    mutating func add(_ buffer: [UInt8]) {
        files += 1
        bytes += UInt64(buffer.count)
    }
}

/// Turns numbers of kernel text into nodes.
enum NodeNumber {
    /// The kernel's limit: `CONFIG_NODES_SHIFT` is at most 10. A larger number is not a node but damaged text.
    static let highest = 1023

    static func node(_ number: Int) -> NodeID? { (0...highest).contains(number) ? NodeID(number) : nil }
}
