package import BalancingModel

/// How tracing stands, and what it saw.
package struct TracingRecord: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// The configuration does not ask for it.
        case off
        /// It is asked for but cannot be had: why, and what to do.
        case unavailable(reason: String, remedy: String)
        case running
    }

    /// Group of processes, with what was seen of it.
    package struct Group: Sendable, Equatable {
        /// As in ``GroupRecord/name``.
        package var name: String
        package var activity: TracedActivity

        package init(name: String, activity: TracedActivity) {
            self.name = name
            self.activity = activity
        }
    }

    /// What was given up so that the rest stays whole.
    package struct Shedding: Sendable, Equatable {
        /// 0: nothing is shed; each level halves the processes that are traced.
        package var level: Int = 0
        /// Processes left out now.
        package var processes: Int = 0
        /// How often the level was raised.
        package var raises: UInt64 = 0
        /// Time during which something was shed, nanoseconds.
        package var nanoseconds: UInt64 = 0

        package init() {}
    }

    package var state: State = .off
    /// Why it could not be looked whether an earlier trace was left behind; nil where it could.
    package var unsearched: String?
    /// Monotonic time at which it was tried, or turned off, nanoseconds; absent while it runs.
    package var triedAtNanoseconds: UInt64?
    /// `full`, `faults`, `accounting`, `outcomes` or `none`; absent unless running.
    package var level: String?
    /// What this kernel does not tell, by event, with what that costs.
    package var missing: [Missing] = []

    package struct Missing: Sendable, Equatable {
        package var event: String
        package var lost: String

        package init(event: String, lost: String) {
            self.event = event
            self.lost = lost
        }
    }

    /// What is traced: `all processes`, `2 processes`…
    package var scope: String = ""
    /// Monotonic time at which tracing began, nanoseconds.
    package var startedAtNanoseconds: UInt64 = 0
    /// Events read.
    package var events: UInt64 = 0
    package var eventsPerSecond: Double = 0
    /// Events the kernel says it could not keep; of an unknown number each counts as one.
    package var lostEvents: UInt64 = 0
    /// Times it said so.
    package var lossMarks: UInt64 = 0
    /// Hits of probes the kernel could not handle (`kprobe_profile`).
    package var missedProbeHits: UInt64 = 0
    /// Fullest of the per-CPU buffers when last looked at, 0 to 1; absent if not known.
    package var bufferFillShare: Double?
    package var shedding = Shedding()
    /// How far the judged model is behind the newest event, nanoseconds.
    package var lagNanoseconds: UInt64 = 0
    /// CPU time the tracing thread has used, nanoseconds.
    package var cpuNanoseconds: UInt64 = 0

    /// Hint faults the kernel counted (`/proc/vmstat`) between two readings while tracing, and those the trace shows between
    /// them; absent before the second reading. They differ by what was filtered, shed or lost.
    package var kernelFaults: UInt64?
    package var tracedFaults: UInt64?

    package var activity = TracedActivity()
    /// What the kernel's work took; absent where nothing tells.
    package var work: TracedWork?
    /// By rule, only those that occurred: how often the kernel agreed.
    package var agreementByRule: [RuleScore] = []

    package struct RuleScore: Sendable, Equatable {
        package var rule: DecisionRule
        package var score: TracedActivity.Score

        package init(rule: DecisionRule, score: TracedActivity.Score) {
            self.rule = rule
            self.score = score
        }
    }

    /// Ledger readings compared with the model's ledgers.
    package var ledgerValues = TracedActivity.Score()
    package var ledgerPreferred = TracedActivity.Score()
    package var ledgerGroup = TracedActivity.Score()
    /// Readings that were taken over instead of compared.
    package var resynchronisingReadings: UInt64 = 0
    /// Tasks by how much the model has of them, in the order of `TaskStanding.allCases`.
    package var tasksByStanding: [Int] = []
    package var placements: UInt64 = 0
    /// Ties between groups of equal size, and those that had to be guessed.
    package var ties: UInt64 = 0
    package var guessedTies: UInt64 = 0
    /// Ascending by name; in a snapshot these are in the records of groups and processes instead.
    package var groups: [Group] = []
    /// By process id.
    package var processes: [Int32: TracedActivity] = [:]

    package init() {}
}

/// What the kernel's work of balancing took, by the events around it, since tracing began. Time during which the task was
/// preempted is in it.
package struct TracedWork: Sendable, Equatable {
    /// Base pages armed, and the time of the scans that did it, nanoseconds.
    package var armedPages: UInt64 = 0
    package var scanNanoseconds: UInt64 = 0
    package var longestScanNanoseconds: UInt64 = 0
    /// Scans of more than 4 ms.
    package var longScans: UInt64 = 0
    /// Faults that moved nothing, from their decision to their end.
    package var stayingFaults: UInt64 = 0
    package var stayingNanoseconds: UInt64 = 0
    /// Base pages moved by faults, and the time of those.
    package var movedPages: UInt64 = 0
    package var movingNanoseconds: UInt64 = 0

    package init() {}
}
