/// What can be done about a verdict. Nothing is ever done by numawatch itself.
package struct Advice: Sendable, Equatable {
    /// What to do, a few words.
    package var title: String
    /// What to type, in order.
    package var commands: [String]
    /// What it should change.
    package var expected: String
    /// What it costs, and when it does not work.
    package var limit: String

    package init(title: String, commands: [String], expected: String, limit: String) {
        self.title = title
        self.commands = commands
        self.expected = expected
        self.limit = limit
    }
}

/// A figure that is not known, and what would tell it.
package struct UnknownInput: Sendable, Equatable {
    package var what: String
    package var remedy: String

    package init(what: String, remedy: String) {
        self.what = what
        self.remedy = remedy
    }
}

/// A verdict, with whom it is about and what to do.
package struct VerdictEntry: Sendable, Equatable {
    package var scope: VerdictScope
    /// As in ``GroupRecord/name``; absent for the host.
    package var group: String?
    /// As in ``GroupRecord/title``.
    package var title: String?
    package var pid: Int32?
    package var command: String?
    package var residentBytes: UInt64?
    package var record: VerdictRecord
    /// Of the host: groups that gain and groups that pay.
    package var gainingGroups: [String]
    package var payingGroups: [String]
    /// What can be done, the best first.
    package var advice: [Advice]
    package var unknown: [UnknownInput]

    package init(_ scope: VerdictScope, _ record: VerdictRecord) {
        self.scope = scope
        self.record = record
        gainingGroups = []
        payingGroups = []
        advice = []
        unknown = []
    }
}

/// Whether balancing helps or hurts: what `/v1/verdict` and `numawatch verdict` show.
package struct VerdictAnswer: Sendable, Equatable {
    package var round: RoundHeader
    /// Absent where only a group or process was asked for.
    package var host: VerdictEntry?
    package var groups: [VerdictEntry]
    package var processes: [VerdictEntry]

    package init(round: RoundHeader) {
        self.round = round
        groups = []
        processes = []
    }
}
