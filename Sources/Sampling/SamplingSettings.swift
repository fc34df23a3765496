import Snapshots

/// What to read, how often and at what cost. Plain values; the daemon fills them from its configuration.
package struct SamplingSettings: Sendable, Equatable {
    /// How often the totals of host and nodes are read (tier 0).
    package var hostInterval: Duration = .seconds(5)
    /// How often the fault ledger of each thread is read (tier 1).
    package var ledgerInterval: Duration = .seconds(5)
    /// How often the ledgers of processes that are being balanced are looked at between rounds; not below
    /// ``ledgerInterval``: not at all. Half the kernel's shortest scan period sees each of its steps.
    package var followInterval: Duration = .milliseconds(500)
    /// How often the memory placement of each process is read (tier 2).
    package var placementInterval: Duration = .seconds(120)
    /// How often the scheduling domains are compared in full; a change of CPUs or partitions is noticed each round.
    package var domainsInterval: Duration = .seconds(60)
    /// The time over which it is judged whether balancing helps or hurts.
    package var verdictWindow: Duration = .seconds(600)
    /// CPU time the whole process allows itself on average, as a share of one CPU (0.01 is 1 %).
    package var cpuLimitShare: Double = 0.01
    /// The longest one system call may keep a target's `mmap_lock`, by prediction.
    package var maximumHold: Duration = .milliseconds(1)
    /// What one read(2) of `numa_maps` asks for, bytes, where a smaller hold is wanted: 128 to 4096.
    package var readBufferBytes: Int = 512
    /// Pages asked of one process when its placement is sampled.
    package var samplePages: Int = 1024
    /// Processes with less resident memory than this have no placement read. 0: all; small ones cost next to nothing.
    package var minimumResidentBytes: UInt64 = 0
    /// Threads one round of the ledger reads at most; where there are more, rounds take turns.
    package var maximumThreadsPerRound: Int = 2000
    /// Units whose placement is read (`*` and `?` match); empty means all.
    package var includedUnits: [String] = []
    /// Units whose placement is never read, whatever ``includedUnits`` says.
    package var excludedUnits: [String] = []

    /// The kernel returns at most one page of a seq_file per read(2); larger buffers gain nothing.
    static let largestReadBufferBytes = 4096
    static let smallestReadBufferBytes = 128
    /// The part of the CPU limit that placement may use: it is the dearest tier and must not lengthen the others' intervals.
    static let placementBudgetShare = 0.4
    /// The part of the CPU limit that looks between rounds may use.
    static let followBudgetShare = 0.25

    /// The part of the CPU limit that the accounts of cgroups may use: of 1 % of one CPU, 10 ms every 5 s.
    static let cgroupBudgetShare = 0.2

    package init() {}

    var hostIntervalNanoseconds: UInt64 { hostInterval.wholeNanoseconds }
    var ledgerIntervalNanoseconds: UInt64 { ledgerInterval.wholeNanoseconds }
    var followIntervalNanoseconds: UInt64 { max(followInterval.wholeNanoseconds, 1) }
    var placementIntervalNanoseconds: UInt64 { placementInterval.wholeNanoseconds }
    var domainsIntervalNanoseconds: UInt64 { domainsInterval.wholeNanoseconds }
    var maximumHoldNanoseconds: UInt64 { maximumHold.wholeNanoseconds }

    /// Whether a unit's processes may have their placement read.
    func mayPlace(group: String, cgroupPath: String?) -> Bool {
        guard !excludedUnits.isEmpty || !includedUnits.isEmpty else { return true }
        let names = UnitNames(group: group, cgroupPath: cgroupPath)
        func isMeant(by pattern: String) -> Bool { names.fit(pattern) { NamePattern.matches($0, pattern: $1) } }
        if excludedUnits.contains(where: isMeant) { return false }
        return includedUnits.isEmpty || includedUnits.contains(where: isMeant)
    }
}

extension Duration {
    /// Nanoseconds, between 0 and `UInt64.max`.
    package var wholeNanoseconds: UInt64 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return .max }
        let (sum, carry) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return carry ? .max : sum
    }
}

/// Patterns for unit names: `*` stands for any run of characters, `?` for one, everything else for itself.
package enum NamePattern {
    /// O(name × pattern) at worst.
    package static func matches(_ name: String, pattern: String) -> Bool {
        let name = Array(name.unicodeScalars)
        let pattern = Array(pattern.unicodeScalars)
        var (position, index) = (0, 0)
        // Where to go on when a character does not fit: behind the last star, one name character further.
        var retry: (position: Int, index: Int)?
        while position < name.count {
            if index < pattern.count, pattern[index] == "*" {
                index += 1
                retry = (position, index)
            } else if index < pattern.count, pattern[index] == "?" || pattern[index] == name[position] {
                position += 1
                index += 1
            } else if let last = retry {
                position = last.position + 1
                index = last.index
                retry = (position, index)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == "*" }
    }
}
