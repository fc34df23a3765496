import KernelText

/// What the iterator copies out of the kernel's structures, in the order of the bits that say what a kernel lacks.
package enum TaskField: Int, CaseIterable, Sendable {
    case taskFlags
    case pid, processID
    case cpu, state
    case command
    case userNanoseconds, systemNanoseconds, runNanoseconds, startNanoseconds
    case migrationCount
    case scanPeriod, scanPeriodMaximum
    case taskScanSequence, preferredNode
    case migrateRetry, nodeStamp, lastPlacement, lastRunNanoseconds
    case totalFaults, pagesMigrated, locality
    case groupTotalFaults, groupMaximumCPUFaults, groupID, groupTaskCount, groupActiveNodeCount
    case memoryScanSequence, nextScan, scanOffset

    /// Whose field it is.
    package enum Owner: Sendable {
        case task, group, memory

        package var structure: String {
            switch self {
            case .task: "task_struct"
            case .group: "numa_group"
            case .memory: "mm_struct"
            }
        }
    }

    package var owner: Owner {
        switch self {
        case .groupTotalFaults, .groupMaximumCPUFaults, .groupID, .groupTaskCount, .groupActiveNodeCount: .group
        case .memoryScanSequence, .nextScan, .scanOffset: .memory
        default: .task
        }
    }

    /// The names it has had, each as the way to it; the first that is there is taken.
    var paths: [[String]] {
        switch self {
        case .taskFlags: [["flags"]]
        case .pid: [["pid"]]
        case .processID: [["tgid"]]
        // A field of its own before 5.16.
        case .cpu: [["cpu"], ["thread_info", "cpu"]]
        // `state`, and long, before 5.14.
        case .state: [["__state"], ["state"]]
        case .command: [["comm"]]
        case .userNanoseconds: [["utime"]]
        case .systemNanoseconds: [["stime"]]
        case .runNanoseconds: [["se", "sum_exec_runtime"]]
        case .startNanoseconds: [["start_boottime"]]
        case .migrationCount: [["se", "nr_migrations"]]
        case .scanPeriod: [["numa_scan_period"]]
        case .scanPeriodMaximum: [["numa_scan_period_max"]]
        case .taskScanSequence: [["numa_scan_seq"]]
        case .preferredNode: [["numa_preferred_nid"]]
        case .migrateRetry: [["numa_migrate_retry"]]
        case .nodeStamp: [["node_stamp"]]
        case .lastPlacement: [["last_task_numa_placement"]]
        case .lastRunNanoseconds: [["last_sum_exec_runtime"]]
        case .totalFaults: [["total_numa_faults"]]
        case .pagesMigrated: [["numa_pages_migrated"]]
        case .locality: [["numa_faults_locality"]]
        case .groupTotalFaults: [["total_faults"]]
        case .groupMaximumCPUFaults: [["max_faults_cpu"]]
        case .groupID: [["gid"]]
        case .groupTaskCount: [["nr_tasks"]]
        case .groupActiveNodeCount: [["active_nodes"]]
        case .memoryScanSequence: [["numa_scan_seq"]]
        case .nextScan: [["numa_next_scan"]]
        case .scanOffset: [["numa_scan_offset"]]
        }
    }

    /// Where the head has it.
    package var place: Int {
        switch self {
        case .taskFlags: 12
        case .pid: 40
        case .processID: 44
        case .cpu: 48
        case .state: 52
        case .command: 56
        case .userNanoseconds: 72
        case .systemNanoseconds: 80
        case .runNanoseconds: 88
        case .startNanoseconds: 96
        case .migrationCount: 104
        case .scanPeriod: 112
        case .scanPeriodMaximum: 116
        case .taskScanSequence: 120
        case .preferredNode: 124
        case .migrateRetry: 128
        case .nodeStamp: 136
        case .lastPlacement: 144
        case .lastRunNanoseconds: 152
        case .totalFaults: 160
        case .pagesMigrated: 168
        case .locality: 176
        case .groupTotalFaults: 208
        case .groupMaximumCPUFaults: 216
        case .groupID: 224
        case .groupTaskCount: 228
        case .groupActiveNodeCount: 232
        case .memoryScanSequence: 236
        case .nextScan: 248
        case .scanOffset: 256
        }
    }

    /// Bytes it has in the head, all elements together.
    package var byteCount: Int {
        switch self {
        case .taskFlags, .pid, .processID, .cpu, .state, .scanPeriod, .scanPeriodMaximum, .taskScanSequence,
            .preferredNode, .groupID, .groupTaskCount, .groupActiveNodeCount, .memoryScanSequence:
            4
        case .command: 16
        case .locality: 24
        default: 8
        }
    }

    /// Bytes of one element in the head.
    var elementBytes: Int {
        switch self {
        case .command: 1
        case .locality: 8
        default: byteCount
        }
    }

    /// What no record makes sense without.
    var isIndispensable: Bool {
        switch self {
        case .taskFlags, .pid, .processID, .runNanoseconds, .startNanoseconds, .totalFaults: true
        default: false
        }
    }
}
