package import NUMATopology

/// Everything known after one round of sampling: immutable, replaced as a whole.
package struct HostSnapshot: Sendable, Equatable {
    /// Counts rounds from 1.
    package var sequence: UInt64
    /// Wall-clock time of the round's end, nanoseconds since 1970.
    package var wallClockNanoseconds: UInt64
    /// Monotonic time of the round's end, nanoseconds.
    package var monotonicNanoseconds: UInt64
    /// The kernel's release (`6.12.107+deb12-amd64`).
    package var kernelRelease: String?
    package var hostName: String?
    package var machine: Machine
    package var host: HostTotals
    /// User processes, ascending by pid.
    package var processes: [ProcessRecord]
    /// Ascending by name.
    package var groups: [GroupRecord]
    package var sources: [SourceStatus]
    /// The devices on the PCI bus whose node matters; absent where the bus cannot be listed. Read as seldom as sources are.
    package var devices: [DeviceRecord]?
    /// Whose view of the host this is; empty where all of it is seen.
    package var view: [HostNote] = []
    /// The scheduling domains; absent until they were read for the first time.
    package var domains: DomainsRecord?
    /// What balancing did in the last interval, by the model; absent before the second round with readable ledgers.
    package var model: ModelRecord?
    /// Whether balancing helps or hurts; absent where nothing judges. Those of groups and processes are in their records.
    package var verdict: HostVerdict?
    /// How tracing stands and what it saw; absent where nothing could trace (a command, a copy of a host).
    package var tracing: TracingRecord?
    package var cost: CostReport

    package init(sequence: UInt64, wallClockNanoseconds: UInt64, monotonicNanoseconds: UInt64, machine: Machine) {
        self.sequence = sequence
        self.wallClockNanoseconds = wallClockNanoseconds
        self.monotonicNanoseconds = monotonicNanoseconds
        self.machine = machine
        self.host = HostTotals()
        self.processes = []
        self.groups = []
        self.sources = []
        self.cost = CostReport()
    }

    /// The wall-clock time of a monotonic one, by the clocks as they stood at the round's end; nanoseconds since 1970.
    package func wallClock(at monotonic: UInt64) -> UInt64 {
        monotonic > monotonicNanoseconds
            ? wallClockNanoseconds.addingSaturated(monotonic - monotonicNanoseconds)
            : wallClockNanoseconds.subtractingSaturated(monotonicNanoseconds - monotonic)
    }
    /// What a reader of the figures has to know of how they were found; empty on a host that shows everything.
    package var notes: [HostNote] { view + machine.notes + host.damage }

    /// The record of a pid. O(log processes).
    package func process(pid: Int32) -> ProcessRecord? {
        var low = 0
        var high = processes.count
        while low < high {
            let middle = (low + high) / 2
            if processes[middle].identity.pid < pid {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < processes.count && processes[low].identity.pid == pid ? processes[low] : nil
    }
}
