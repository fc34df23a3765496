/// How the iterator writes a task down: version 1. All numbers are little endian.
///
/// A *head* of fixed size; where the task has a ledger, `numa_faults`: for each section (memory, CPU, open window of memory, open
/// window of CPU) and in it for each node the pages faulted shared and private; where it is in a NUMA group, the same of the
/// group, without windows; and a *tail*. Counts are 64 bits each, so that a record is a number of words.
///
/// ```
/// head 264 bytes | numa_faults 64 × nodes, or nothing | group 32 × nodes, or nothing | tail 8
/// ```
///
/// Example: two nodes, a thread with a ledger in a group: 264 + 128 + 64 + 8 = 464 bytes.
package enum TaskRecordFormat {
    /// A reader understands its own version only: the program that is pinned may be older or newer than the reader.
    package static let version: UInt16 = 1
    package static let headBytes = 264
    package static let tailBytes = 8
    /// `NR_NUMA_HINT_FAULT_TYPES` × `NR_NUMA_HINT_FAULT_STATS` counts of each node (include/linux/sched.h): 8 for a task.
    package static let taskBytesPerNode = 64
    /// The sections of windows are the tasks' alone.
    package static let groupBytesPerNode = 32
    /// Nodes of which a record still fits into the kernel's buffer, `PAGE_SIZE << 3` (kernel/bpf/bpf_iter.c).
    package static let mostNodes = 256

    /// Bits of the head's flags.
    package struct Flags: OptionSet, Sendable, Hashable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The record holds the task's ledger.
        package static let hasTaskFaults = Flags(rawValue: 1)
        /// It holds the group's.
        package static let hasGroupFaults = Flags(rawValue: 2)
        /// The task has memory of its own.
        package static let hasMemory = Flags(rawValue: 4)
        /// Its memory changed hands while it was read (exec): what is said of it may be anybody's.
        package static let memoryChanged = Flags(rawValue: 8)
        /// The program may not read the task's ledger: lockdown=confidentiality.
        package static let isWithoutTaskFaults = Flags(rawValue: 16)
    }

    /// Bits of the tail: an array that could not be read, and is zero.
    package struct Failures: OptionSet, Sendable, Hashable {
        package let rawValue: UInt64
        package init(rawValue: UInt64) { self.rawValue = rawValue }

        package static let taskFaults = Failures(rawValue: 1)
        package static let groupFaults = Failures(rawValue: 2)
    }

    /// Places in the head that the program fills from elsewhere than a structure's field.
    package enum Place {
        package static let size = 0
        package static let version = 4
        package static let nodeCount = 6
        package static let flags = 8
        /// Bit n: this kernel has no field n of ``TaskField/allCases``.
        package static let absentFields = 16
        /// `bpf_ktime_get_ns`: CLOCK_MONOTONIC as this record was made.
        package static let time = 24
        package static let jiffies = 32
        package static let group = 200
        package static let memory = 240
    }
}
