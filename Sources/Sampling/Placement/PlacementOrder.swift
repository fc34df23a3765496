import LinuxSystem
import NUMATopology
import Snapshots

/// What is known of a process whose placement is read, and what was learned of it by that.
struct PlacementSubject: Sendable, Equatable {
    let identity: ProcessIdentity
    /// The thread whose files show its memory, where its first one has ended.
    var livingThread: Int32?
    /// Its resident set, base pages.
    var residentPages: UInt64
    /// How many mappings it had when they were last counted.
    var mappingCount: Int?
    /// What earlier readings tell of its huge pages.
    var holdHistory: HoldHistory?
}

extension PlacementSubject {
    /// Where below `/proc/PID` its memory is shown.
    var directory: String { livingThread.map { "task/\($0)/" } ?? "" }
}

/// One placement to be read: values only, so that it can be read on any thread.
struct PlacementOrder: Sendable {
    var subject: PlacementSubject
    var settings: SamplingSettings
    /// The online nodes.
    var nodes: [NodeID]
    /// Monotonic time, nanoseconds.
    var now: UInt64
}

/// What came of an order.
struct PlacementAnswer: Sendable {
    var outcome: PlacementReader.Outcome
    /// With what was learned of the process.
    var subject: PlacementSubject
    /// With what was learned of this host.
    var predictor: HoldPredictor
    /// Files and bytes read for it.
    var account: ReadAccount
    /// CPU time it took, nanoseconds.
    var cpuNanoseconds: UInt64
}

extension TrackedProcess {
    var placementSubject: PlacementSubject {
        PlacementSubject(
            identity: identity, livingThread: livingThread, residentPages: residentPages, mappingCount: mappingCount,
            holdHistory: holdHistory)
    }

    func take(_ subject: PlacementSubject) {
        mappingCount = subject.mappingCount
        holdHistory = subject.holdHistory
    }
}
