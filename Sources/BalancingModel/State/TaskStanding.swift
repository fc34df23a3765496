/// How much of the kernel's state of a task the model has.
///
/// A task that was born in the stream is followed from its first event. One that was there before, or whose events were
/// lost, comes back in three steps, because the kernel prints the averages of its ledger (`/proc/<pid>/task/<tid>/sched`)
/// but not the window that is open:
///
/// 1. `lost`: nothing is certain. The first mark's averages, preferred node, group and scan sequence are adopted.
/// 2. `adopted`: the next placement folds a window of which only a part was seen, so its averages come out too small.
/// 3. `reopened`: since that placement every fault was seen. The next mark's averages are adopted once more.
/// 4. `followed`: averages and window are the kernel's.
///
/// Example: the averages are 900, and 100 faults are in the window when the events are lost; 20 more follow. The mark says
/// 900; the placement makes it 900 - 450 + 20 = 470, where the kernel has 570; the second mark says 570.
package enum TaskStanding: UInt8, Sendable, CaseIterable {
    case followed
    case reopened
    case adopted
    case lost

    /// As reports and metrics say it.
    package var name: String {
        switch self {
        case .followed: "followed"
        case .reopened: "reopened"
        case .adopted: "adopted"
        case .lost: "lost"
        }
    }
}
