package import History

/// Which figures of a history are compared, and how they are written.
package enum ComparedFigures {
    /// Of the host.
    package static let host: [HistoryFigure] = [
        .cost, .gain, .locality, .kept, .armedPages, .hintFaults, .hostMigratedPages, .migrationFailures,
        .promotedPages,
        .demotedPages, .cpusUsed,
    ]
    /// Of each node.
    package static let node: [HistoryFigure] = [.busyRatio, .freeBytes, .otherNode]
    /// Of each group.
    package static let group: [HistoryFigure] = [
        .cost, .gain, .locality, .migratedPages, .cpuSeconds, .residentBytes, .threadNodeChanges,
    ]

    package static func figures(of scope: HistoryScope) -> [HistoryFigure] {
        switch scope {
        case .host: host
        case .node: node
        case .group: group
        case .metric: [.value]
        }
    }

    /// What an amount is counted in once it is compared: counters are rates by then.
    package static func unit(of figure: HistoryFigure) -> ComparedUnit {
        switch (figure.kind, figure.unit) {
        case (.counter, .seconds): .cpus
        case (.counter, .pages): .pagesPerSecond
        case (.counter, _): .perSecond
        case (_, .ratio): .ratio
        case (_, .bytes): .bytes
        case (_, .bytesPerSecond): .bytesPerSecond
        case (_, .pagesPerSecond): .pagesPerSecond
        case (_, .perSecond): .perSecond
        case (_, .perMinute): .perMinute
        case (_, .milliseconds): .milliseconds
        case (_, .seconds): .seconds
        case (_, .count), (_, .pages), (_, .none): .count
        }
    }

    /// A name for people: `cost`, `pages moved`.
    package static func words(_ figure: HistoryFigure) -> String {
        switch figure {
        case .cost: "cost of balancing"
        case .gain: "gain by balancing"
        case .locality: "local share"
        case .kept: "kept of what moved"
        case .armedPages: "pages armed"
        case .hintFaults: "hint faults"
        case .hostMigratedPages, .migratedPages: "pages moved"
        case .migrationFailures: "moves failed"
        case .promotedPages: "pages promoted"
        case .demotedPages: "pages demoted"
        case .cpusUsed, .cpuSeconds: "CPUs used"
        case .busyRatio: "busy"
        case .freeBytes: "free memory"
        case .otherNode: "pages for other nodes"
        case .residentBytes: "resident memory"
        case .threadNodeChanges: "threads changed nodes"
        case .value: "value"
        default: figure.rawValue
        }
    }
}

/// What a compared amount is counted in.
package enum ComparedUnit: String, Sendable, CaseIterable {
    case ratio, bytes, cpus, count, seconds, milliseconds
    case pagesPerSecond = "pages_per_second"
    case perSecond = "per_second"
    case perMinute = "per_minute"
    case bytesPerSecond = "bytes_per_second"
}
