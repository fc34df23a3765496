/// What a reader saw of a trace, and what it could not use: nothing is dropped silently.
package struct TraceDiagnostics: Sendable, Equatable {
    /// The form a trace was printed in.
    package enum Form: String, Sendable {
        /// The kernel's `trace` file, or `trace-cmd report`, which prints alike.
        case ftrace
        case perfScript = "perf script"
        /// trace-cmd's file, or our own recording: pages of the ring buffer.
        case traceDat = "trace.dat"
    }

    /// Something wrong with one line.
    package struct Problem: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            /// Not a comment, and no task, CPU, time and event could be found in it.
            case unrecognised = "not a trace line"
            /// A known event whose fields are missing or no numbers.
            case malformedFields = "malformed fields"
            /// Longer than any line of a trace.
            case oversized = "line too long"
            /// The input ended inside it.
            case truncated = "cut off at the end"
            /// Its time is before that of a line above it. The event was used all the same.
            case outOfOrder = "out of order"
            /// A page of a recording whose lengths do not fit together. Its events are lost.
            case damagedPage = "damaged page"
        }

        package var kind: Kind
        /// From 1; 0 in a trace without lines.
        package var line: UInt64
        /// Of the line's first byte, from 0.
        package var byteOffset: UInt64
        /// The event's name, where it was known.
        package var event: TraceEventKind?

        package init(kind: Kind, line: UInt64, byteOffset: UInt64, event: TraceEventKind? = nil) {
            self.kind = kind
            self.line = line
            self.byteOffset = byteOffset
            self.event = event
        }
    }

    /// An event this program has no use for.
    package struct UnknownEvent: Sendable, Equatable {
        package var name: String
        package var count: UInt64
    }

    /// At most this many problems of each kind are kept with their place; all are counted.
    package static var problemsKeptPerKind: Int { 8 }
    /// At most this many names of unknown events are told apart.
    package static var unknownNamesKept: Int { 64 }

    package internal(set) var bytes: UInt64 = 0
    /// Of a `trace.dat`: its records.
    package internal(set) var lines: UInt64 = 0
    /// Comments and headers.
    package internal(set) var commentLines: UInt64 = 0
    package internal(set) var form: Form?
    /// Events delivered, by `TraceEventKind.rawValue`.
    package internal(set) var eventCounts = [UInt64](repeating: 0, count: TraceEventKind.allCases.count)
    /// `hint_fault` events that carried the jiffy.
    package internal(set) var hintFaultsWithJiffies: UInt64 = 0
    /// `scan_work` and `scan_done` events that carried the jiffy.
    package internal(set) var scansWithJiffies: UInt64 = 0
    /// Marks that hold the kernel's ledger of a task.
    package internal(set) var ledgerMarks: UInt64 = 0
    package internal(set) var vmstatMarks: UInt64 = 0
    /// Marks of other programs.
    package internal(set) var foreignMarks: UInt64 = 0
    package internal(set) var unknownEvents: [UnknownEvent] = []
    /// Unknown events beyond the names kept.
    package internal(set) var otherUnknownEvents: UInt64 = 0
    /// Places where the trace says it lost events.
    package internal(set) var lossMarks: UInt64 = 0
    /// Of these, the ones that do not say how many.
    package internal(set) var lossMarksWithoutCount: UInt64 = 0
    /// The sum of the losses that were counted.
    package internal(set) var lostEvents: UInt64 = 0
    /// From the header: events the buffer held, and events ever written to it. Where they differ, the beginning was
    /// overwritten.
    package internal(set) var entriesInBuffer: UInt64?
    package internal(set) var entriesWritten: UInt64?
    /// From the header: the CPUs of the traced machine.
    package internal(set) var headerCPUs: Int?
    /// The highest CPU number of any event; nil before the first.
    package internal(set) var highestCPU: Int32?
    package internal(set) var firstStamp: TraceStamp?
    package internal(set) var lastStamp: TraceStamp?
    /// The longest time between two events, and the line after it.
    package internal(set) var longestGapNanoseconds: UInt64 = 0
    package internal(set) var longestGapLine: UInt64 = 0
    /// Counts by `Problem.Kind`, in the order of `allCases`.
    private var problemCounts = [UInt64](repeating: 0, count: Problem.Kind.allCases.count)
    /// The first few problems of each kind, in the order they were met.
    package private(set) var problems: [Problem] = []

    package init() {}

    /// Events of one kind that were delivered.
    package func count(of kind: TraceEventKind) -> UInt64 {
        eventCounts[Int(kind.rawValue)]
    }

    /// Lines with this problem.
    package func count(of kind: Problem.Kind) -> UInt64 {
        problemCounts[Problem.Kind.allCases.firstIndex(of: kind) ?? 0]
    }

    /// Events delivered, of all kinds.
    package var events: UInt64 { eventCounts.reduce(0, +) }

    /// Lines that held an event but could not be used.
    package var unusableLines: UInt64 {
        count(of: .unrecognised) + count(of: .malformedFields) + count(of: .oversized) + count(of: .truncated)
            + count(of: .damagedPage)
    }

    /// True if the buffer had lost its beginning when the trace was taken.
    package var wasOverwritten: Bool { (entriesWritten ?? 0) > (entriesInBuffer ?? 0) }

    /// True if the stream is known to lack events: marked as lost, overwritten in the buffer, or unreadable.
    package var isLossy: Bool { lossMarks > 0 || unusableLines > 0 || wasOverwritten }

    mutating func add(_ problem: Problem) {
        problemCounts[Problem.Kind.allCases.firstIndex(of: problem.kind) ?? 0] += 1
        if problems.count(where: { $0.kind == problem.kind }) < Self.problemsKeptPerKind {
            problems.append(problem)
        }
    }
}
