/// Processes in an order: what `/v1/processes` and `numawatch ps` show.
package struct ProcessesAnswer: Sendable, Equatable {
    package var round: RoundHeader
    /// How many matched what was asked for, and how many of them are in ``processes``.
    package var matchedCount: Int
    package var listedCount: Int
    package var processes: [ProcessRecord]

    package init(round: RoundHeader, matchedCount: Int, processes: [ProcessRecord]) {
        self.round = round
        self.matchedCount = matchedCount
        self.processes = processes
        listedCount = processes.count
    }
}

/// One process with its threads: what `/v1/processes/{pid}` and `numawatch show` show.
package struct ProcessAnswer: Sendable, Equatable {
    package var round: RoundHeader
    /// Its threads' figures are as old as they are known to be true.
    package var process: ProcessRecord

    package init(round: RoundHeader, _ process: ProcessRecord) {
        self.round = round
        self.process = process
        for index in process.threads.indices {
            self.process.threads[index].readAtNanoseconds = process.heldNanoseconds(process.threads[index])
        }
    }

    /// Absent where none could be read.
    package var threads: [ThreadRecord]? {
        process.threads.isEmpty && process.threadsByNode.unlocated > 0 ? nil : process.threads
    }
}

/// Groups in an order: what `/v1/groups` and `numawatch groups` show.
package struct GroupsAnswer: Sendable, Equatable {
    package var round: RoundHeader
    /// How many matched what was asked for, and how many of them are in ``groups``.
    package var matchedCount: Int
    package var listedCount: Int
    package var groups: [GroupRecord]

    package init(round: RoundHeader, matchedCount: Int, groups: [GroupRecord]) {
        self.round = round
        self.matchedCount = matchedCount
        self.groups = groups
        listedCount = groups.count
    }
}

/// What balancing did in the last interval: what `/v1/model` shows.
package struct ModelAnswer: Sendable, Equatable {
    /// What it did to one group.
    package struct Group: Sendable, Equatable {
        package var name: String
        package var activity: ModelledActivity

        package init(name: String, activity: ModelledActivity) {
            self.name = name
            self.activity = activity
        }
    }

    package var round: RoundHeader
    package var model: ModelRecord
    package var groups: [Group]
    package var tracing: TracingRecord?

    package init(round: RoundHeader, _ model: ModelRecord, groups: [Group], tracing: TracingRecord?) {
        self.round = round
        self.model = model
        self.groups = groups
        self.tracing = tracing
    }
}
