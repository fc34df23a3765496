/// Why a command did not do what it was asked: one sentence for the administrator, what to do, and the exit status.
package struct CommandFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package var status: ExitStatus
    package var message: String
    package var remedy: String?

    package init(_ status: ExitStatus, _ message: String, remedy: String? = nil) {
        self.status = status
        self.message = message
        self.remedy = remedy
    }

    package var description: String {
        guard let remedy else { return message }
        return message + "\n" + remedy
    }
}

/// What the program's exit status says. Documented in `numawatch --help`; the numbers are those of `sysexits.h` where it has one.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// The question was understood, and the answer is no: no such process, machines differ.
    case negative = 1
    /// The question was understood, and nothing is known that would answer it.
    case unknown = 2
    /// `EX_USAGE`: the arguments are wrong.
    case usage = 64
    /// `EX_DATAERR`: a file was read but is not what it should be.
    case badData = 65
    /// `EX_NOINPUT`: a file cannot be read.
    case noInput = 66
    /// `EX_UNAVAILABLE`: the daemon is not there or did not answer.
    case unavailable = 69
    /// `EX_SOFTWARE`: a fault of numawatch itself.
    case software = 70
    /// `EX_CANTCREAT`: an output file, or standard output, cannot be written.
    case cannotWrite = 73
    /// `EX_NOPERM`: not permitted.
    case noPermission = 77

    /// What `--help` says of it.
    package var explanation: String {
        switch self {
        case .success: "done"
        case .negative: "the answer is no (no such process, the machines differ, something is wrong)"
        case .unknown: "nothing is known that would answer (triage)"
        case .usage: "wrong arguments"
        case .badData: "a file is not what it should be"
        case .noInput: "a file cannot be read"
        case .unavailable: "the daemon is not there or did not answer"
        case .software: "a fault of numawatch itself"
        case .cannotWrite: "output cannot be written"
        case .noPermission: "not permitted"
        }
    }
}
