import HostReading
import KernelText
package import LinuxSystem
import NUMATopology
package import SchedDomains
import TextOutput

/// Two readings of `/proc/schedstat` and the time between them.
package struct BalanceSampling: Sendable {
    private let first: Schedstat
    private let second: Schedstat
    private let seconds: Double

    /// The first of the two readings. Waiting for the second is the caller's.
    package struct Beginning: Sendable {
        private let first: Schedstat
        private let startNanoseconds: UInt64

        /// Reads for the first time.
        ///
        /// - Parameter nanoseconds: The time now, of a clock that does not go backwards.
        /// - Throws: `ReadFailure` if the file cannot be read, `KernelTextError` if it is not understood.
        package init(_ root: any HostRoot, nanoseconds: UInt64) throws {
            let bytes = try root.readBytes(BalanceSampling.path)
            first = try Schedstat(parsing: bytes.span)
            startNanoseconds = nanoseconds
        }

        /// Reads for the second time.
        package func finish(_ root: any HostRoot, nanoseconds: UInt64) throws -> BalanceSampling {
            let bytes = try root.readBytes(BalanceSampling.path)
            return BalanceSampling(
                first: first, second: try Schedstat(parsing: bytes.span),
                seconds: Double(nanoseconds &- startNanoseconds) / 1e9)
        }
    }

    static let path = "/proc/schedstat"

    /// Whether the kernel counts at all (`kernel.sched_schedstats`); absent if it does not say.
    package static func isCounting(_ root: any HostRoot) -> Bool? {
        guard let text = try? root.readText("/proc/sys/kernel/sched_schedstats") else { return nil }
        return text == "1"
    }

    func statistics(_ hierarchy: DomainHierarchy, listing cpus: CPUSet) -> BalanceStatistics? {
        BalanceStatistics(from: first, to: second, seconds: seconds, hierarchy: hierarchy, listing: cpus)
    }
}

/// Rates of load balancing as a table: a line per level and idle type.
package enum BalanceTable {
    package static func render(_ statistics: BalanceStatistics) -> String {
        var rows = [["LEVEL", "CPUS", "WHEN", "TRIES/s", "BALANCED/s", "FAILED/s", "PULLED/s", "HOT/s"]]
        for level in statistics.levels {
            let name = level.distance.map { "\(level.name) \($0)" } ?? level.name
            for (when, rates) in [("busy", level.busy), ("idle", level.idle), ("newly idle", level.newlyIdle)] {
                rows.append(
                    [when == "busy" ? name : "", when == "busy" ? String(level.cpuCount) : "", when]
                        + [
                            rates.attemptsPerSecond, rates.balancedPerSecond, rates.failedPerSecond,
                            rates.pulledPerSecond, rates.pulledHotPerSecond,
                        ].map { String(fixed: $0, decimals: 1) })
            }
            rows.append(
                ["", "", "wakeups", "\(String(fixed: level.remoteWakeupsPerSecond, decimals: 1)) remote"]
                    + ["\(String(fixed: level.affineMovesPerSecond, decimals: 1)) affine"]
                    + ["\(String(fixed: level.balanceMovesPerSecond, decimals: 1)) balanced"])
        }
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.count)
            }
        }
        var text = "\n"
        for row in rows {
            let cells = row.enumerated().map { index, cell in
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                return index < 3 ? cell + padding : padding + cell
            }
            text += cells.joined(separator: "  ") + "\n"
        }
        if statistics.rebuiltDomainCount > 0 {
            text += "\(statistics.rebuiltDomainCount) domains were rebuilt meanwhile and are left out\n"
        }
        return text
    }
}
