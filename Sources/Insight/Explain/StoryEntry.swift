package import BalancingModel

/// One thing that happened to a task or a page, with what decided it.
package struct StoryEntry: Sendable, Equatable {
    /// A hint fault: the model's prediction with its numbers, the kernel's answer, and what became of the page.
    package struct Fault: Sendable, Equatable {
        package var decision: Decision
        package var outcome: FaultOutcome
        /// How the prediction and the kernel's answer compare. A decision whose answer was not seen, or that rests on a past
        /// that is not known, is no test of the model: it counts neither as right nor as wrong, here as in every score.
        package enum Verdict: Sendable {
            case right, wrong, notJudged
        }

        package var verdict: Verdict {
            guard let answer, !decision.evidence.isResynchronising else { return .notJudged }
            return answer == decision.target ? .right : .wrong
        }

        /// What the kernel answered; absent if it was not seen.
        package var answer: Int32?
        /// Base pages.
        package var pages: UInt64
        /// Where the page was accounted; absent if it was not.
        package var memoryNode: Int32?

        package init(
            decision: Decision, outcome: FaultOutcome, answer: Int32?, pages: UInt64, memoryNode: Int32?
        ) {
            self.decision = decision
            self.outcome = outcome
            self.answer = answer
            self.pages = pages
            self.memoryNode = memoryNode
        }
    }

    /// What the kernel's search for a better CPU came to.
    package enum MoveKind: String, Sendable {
        /// `sched_move_numa`: it goes to a CPU of the preferred node.
        case moved
        /// `sched_swap_numa`: it changes places with another task.
        case swapped
        /// `sched_stick_numa`: no CPU would have it; it stays.
        case stuck
    }

    package enum What: Sendable, Equatable {
        case fault(Fault)
        case taskMove(MoveKind, BalancingEvent.TaskMove)
        /// `sched_setnuma`: the preferred node.
        case preferred(Int32)
        /// The model's ledger changed: placement, group, exec, exit.
        case ledger(LedgerChange)
        /// Events were lost, how many if known; belongs to every task.
        case lost(UInt64?)
    }

    /// Counts everything told since tracing began, from 1; 0 before it is in the book.
    package var sequence: UInt64 = 0
    /// Trace clock, nanoseconds.
    package var timeNanoseconds: UInt64
    /// 0 for all.
    package var tid: Int32
    package var process: Int32
    package var what: What

    package init(timeNanoseconds: UInt64, tid: Int32, process: Int32, what: What) {
        self.timeNanoseconds = timeNanoseconds
        self.tid = tid
        self.process = process
        self.what = what
    }
}
