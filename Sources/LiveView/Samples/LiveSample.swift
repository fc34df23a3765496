package import Snapshots

/// What one picture is drawn from: the daemon's documents of one round, present or past. Absent: not asked for, or not there.
package struct LiveSample: Sendable, Equatable {
    package var status: StatusAnswer
    package var nodes: NodesAnswer
    package var groups: [GroupRecord]
    package var model: ModelAnswer?
    package var verdicts: Verdicts?
    package var processes: [ProcessRecord]?
    /// The process whose threads are shown.
    package var process: ProcessAnswer?
    package var story: Story?
    package var sources: [SourcesAnswer.Source]?
    package var domains: DomainsText?
    /// Of all that the daemon keeps, the newest, oldest first.
    package var events: [ObservedEvent]

    /// It is a round of the history, which keeps no processes, sources or stories.
    package var isPast = false
    /// It stands for a span of which there is none: a sentence that says why.
    package var gap: String?

    package init(status: StatusAnswer, nodes: NodesAnswer, groups: [GroupRecord]) {
        self.status = status
        self.nodes = nodes
        self.groups = groups
        events = []
    }

    /// What was recorded of a task, as the daemon tells it; or why there is nothing.
    package struct Story: Sendable, Equatable {
        package var id: Int32
        package var lines: [String]

        package init(id: Int32, lines: [String]) {
            self.id = id
            self.lines = lines
        }
    }

    /// The domains of some CPUs as they are drawn, with what there is to say of them.
    package struct DomainsText: Sendable, Equatable {
        /// The CPU; nil for all.
        package var cpu: Int?
        package var lines: [String]

        package init(cpu: Int?, lines: [String]) {
            self.cpu = cpu
            self.lines = lines
        }
    }

    /// When the round ended, nanoseconds since 1970.
    package var wallClockNanoseconds: UInt64 { status.round.wallClockNanoseconds }

    /// The interval between rounds that is in force, nanoseconds; nil where none is said to be.
    package var intervalNanoseconds: UInt64? {
        status.cost.tiers.first { $0.name == "host" && !$0.isBetweenRounds }.flatMap {
            $0.intervalNanoseconds > 0 ? $0.intervalNanoseconds : nil
        }
    }

    package func group(_ name: String) -> GroupRecord? { groups.first { $0.name == name } }
}

/// Which documents a picture wants beside those that every one has.
package struct SampleNeeds: Sendable, Equatable {
    package var processes = false
    /// A process with its threads.
    package var process: Int32?
    /// A process or thread whose story is told.
    package var story: Int32?
    package var sources = false
    /// The domains: of one CPU, or of all.
    package var domains: Domains?

    package enum Domains: Sendable, Equatable {
        case all
        case cpu(Int)
    }

    package init() {}
}
