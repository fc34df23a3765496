import Tracing

/// What `numawatch record` says: when the recording began, and what is in it.
struct RecordSummary {
    private let path: String
    private let processes: [Int32]
    private let setUpNanoseconds: UInt64
    private var beginNanoseconds: UInt64
    private var endNanoseconds: UInt64
    private var clock = ""
    private var duration: Double?
    /// Events by kind.
    var counts: [TraceEventKind: UInt64] = [:]
    /// Of events, as the kernel wrote them.
    var bytes: UInt64 = 0
    /// Events that found no room in the kernel's buffers.
    var lost: UInt64 = 0

    /// - Parameter setUpNanoseconds: When setting up began.
    init(path: String, processes: [Int32], setUpNanoseconds: UInt64) {
        self.path = path
        self.processes = processes
        self.setUpNanoseconds = setUpNanoseconds
        beginNanoseconds = setUpNanoseconds
        endNanoseconds = setUpNanoseconds
    }

    /// The probes are on.
    ///
    /// - Parameters:
    ///   - clock: The time of day, for a person.
    ///   - duration: What was asked for, in seconds.
    mutating func began(atNanoseconds time: UInt64, clock: String, duration: Double?) {
        (beginNanoseconds, endNanoseconds) = (time, time)
        self.clock = clock
        self.duration = duration
    }

    mutating func ended(atNanoseconds time: UInt64) { endNanoseconds = max(time, beginNanoseconds) }

    /// The line of the beginning.
    var beginning: String {
        let whom =
            processes.isEmpty
            ? "all processes"
            : "process\(processes.count > 1 ? "es" : "") " + processes.map(String.init).joined(separator: ", ")
        let end = duration.map { "for \(Quantity.time($0))" } ?? "until Ctrl-C"
        let setUp = Quantity.time(Self.seconds(from: setUpNanoseconds, to: beginNanoseconds))
        return "recording \(whom) \(end), since \(clock); setting up took \(setUp), of which nothing is recorded"
    }

    /// The lines of the end.
    var end: [String] {
        let total = counts.values.reduce(0, +)
        let time = Quantity.time(Self.seconds(from: beginNanoseconds, to: endNanoseconds))
        var lines: [String] = []
        if total == 0 {
            lines.append("nothing was recorded in \(time): not one event; \(path) holds the host and its ledgers alone")
        } else {
            lines.append(
                "recorded \(time): \(Quantity.count(total)) events (\(Quantity.bytes(bytes))), of which "
                    + "\(Quantity.count(counts[.hintFault] ?? 0)) hint faults, in \(path)")
        }
        if counts[.hintFault] == nil {
            lines.append(
                "there is no hint fault in it: is kernel.numa_balancing 1, and "
                    + (processes.isEmpty ? "did any process run long enough?" : "do these processes run?"))
        }
        if lost > 0 {
            lines.append("\(Quantity.count(lost)) events were lost: a larger --buffer holds more")
        }
        return lines
    }

    private static func seconds(from begin: UInt64, to end: UInt64) -> Double { Double(end - min(begin, end)) / 1e9 }
}
