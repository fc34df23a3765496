package import Logging
import Snapshots

/// The kinds of events the daemon logs, each with the journal's `MESSAGE_ID` for it.
///
/// The identifiers are part of the interface: `journalctl MESSAGE_ID=…` and alert rules select by them. They never
/// change and are never used again for something else. New ones come from `systemd-id128 new`.
package enum DaemonEvent: String, CaseIterable, Sendable {
    /// The daemon has started and says what it found: kernel, nodes, sources.
    case started
    /// Everything runs and the socket answers.
    case ready
    /// The end has been asked for.
    case stopping
    /// Everything has ended cleanly.
    case stopped
    /// The daemon could not go on.
    case failed
    /// The configuration was read, at start.
    case configurationRead = "configuration-read"
    /// The configuration was refused; one event for each problem.
    case configurationRefused = "configuration-refused"
    /// A line of a names file cannot be used; one event for each.
    case nameRefused = "name-refused"
    /// A changed configuration is in force.
    case configurationReloaded = "configuration-reloaded"
    /// A key was changed that counts only from the next start.
    case restartNeeded = "restart-needed"
    /// A socket was taken over from systemd, or opened.
    case socketReady = "socket-ready"
    /// The port for metrics cannot be had; all else goes on.
    case portUnavailable = "port-unavailable"
    /// A kernel feature or source is not there; what is lost, and what would make it readable.
    case sourceMissing = "source-missing"
    /// A source that was missing can be read again.
    case sourceReturned = "source-returned"
    /// A pattern of IncludeUnits=, ExcludeUnits= or Units= has meant no process for a day.
    case patternUnused = "pattern-unused"
    /// Rounds cost more than the limit: the intervals were lengthened.
    case intervalsLengthened = "intervals-lengthened"
    /// Rounds fit into the limit again.
    case intervalsRestored = "intervals-restored"
    /// A round failed as a whole and is tried again.
    case roundFailed = "round-failed"
    /// The sampler makes no progress; the watchdog is not answered.
    case samplerStalled = "sampler-stalled"
    /// A process keeps its memory locked: where its memory is is not read again for as long as it lives.
    case processStuck = "process-stuck"
    /// kernel.numa_balancing was changed by somebody.
    case balancingChanged = "balancing-changed"
    /// Nodes or CPUs came or went.
    case topologyChanged = "topology-changed"
    /// The kernel rebuilt its scheduling domains.
    case domainsChanged = "domains-changed"
    /// What was derived of the domains is not what the kernel shows.
    case domainsDisagree = "domains-disagree"

    /// What NUMA balancing does to the host has changed, or a group begins or ends to be helped or hurt by it.
    case verdictChanged = "verdict-changed"
    /// Something that was detected does not hold any more.
    case detectionEnded = "detection-ended"
    /// Pages are moved again and again: tasks of several nodes use them.
    case pagePingPong = "page-ping-pong"
    /// Threads change nodes while their pages are moved after them.
    case threadPingPong = "thread-ping-pong"
    /// Arming, faulting and moving pages take a twentieth of the CPU time, or move much to no end.
    case storm
    /// Memory is scanned as often as the kernel allows, for minutes, and does not get more local.
    case scanPeriodCollapse = "scan-period-collapse"
    /// Memory is scanned as seldom as the kernel allows although it is not local.
    case givenUp = "given-up"
    /// Memory lies on nodes its process may not use.
    case memoryDisallowed = "memory-disallowed"
    /// A process may not run where its memory has to be.
    case affinityDisjoint = "affinity-disjoint"
    /// A node is full while another has room.
    case nodeFull = "node-full"
    /// The memory of a group is larger than any node.
    case groupLargerThanNode = "group-larger-than-node"
    /// The kernel cannot move half of the pages it wants to: something holds them.
    case movesRefused = "moves-refused"
    /// Scans keep tasks for more than 4 ms each.
    case scanStall = "scan-stall"
    /// Promotion to the faster tier is at its limit.
    case tieringRateLimited = "tiering-rate-limited"
    /// As many pages are demoted as promoted.
    case demotedAgain = "demoted-again"
    /// Promotion is on, and there is no slower tier.
    case oneTierPromotion = "one-tier-promotion"
    /// Cache-aware scheduling keeps threads off the nodes NUMA balancing prefers for them.
    case cacheAwareConflict = "cache-aware-conflict"

    /// Every hint fault is traced from now on.
    case tracingStarted = "tracing-started"
    /// Tracing has ended as asked, and all it had set up is removed.
    case tracingStopped = "tracing-stopped"
    /// Tracing is asked for but cannot be had; sampling goes on.
    case tracingUnavailable = "tracing-unavailable"
    /// Tracing broke off, or something of it could not be removed.
    case tracingFailed = "tracing-failed"
    /// Too many events: fewer processes are traced.
    case tracingShed = "tracing-shed"
    /// More processes are traced again.
    case tracingRestored = "tracing-restored"
    /// The kernel could not keep some events.
    case tracingLost = "tracing-lost"

    /// The history is open, or has been begun; nothing before it is known.
    case historyOpened = "history-opened"
    /// No history is kept: it is turned off, or nothing says where.
    case historyOff = "history-off"
    /// A minute of the history could not be written, and is lost; so are further ones until one can be.
    case historyFailed = "history-failed"
    /// The history can be written again.
    case historyResumed = "history-resumed"
    /// A history that is damaged, or of another version, was put aside under another name; a new one has been begun.
    case historySetAside = "history-set-aside"
    /// The clock was set by more than two seconds.
    case clockSet = "clock-set"

    /// 128 bits as 32 lower-case hexadecimal digits.
    package var messageID: String {
        switch self {
        case .started: "42bd248ff76644c8b5bfb46e49b9db81"
        case .ready: "24865541041e4ca2857a4934bd3a225d"
        case .stopping: "826c2eb79962433ab67ee69a8772acea"
        case .stopped: "3617d6359492478db6ef2dbf07ac9c4d"
        case .failed: "460282c2f29e4c0082e21b5a9d254072"
        case .configurationRead: "1e42a2522c274e42b483ad623599e67a"
        case .configurationRefused: "7b8909bb414a48059036a727a6de1fb5"
        case .nameRefused: "071f0feafbe849c4942f44c195f2d826"
        case .configurationReloaded: "85c22f647ee148e4886696ab3b8d2076"
        case .restartNeeded: "8ec77c536c3340e3921637a902f8282d"
        case .socketReady: "afa97eb32f404946b9f7eb708169de1d"
        case .portUnavailable: "09bdd3b545b244c391c1ff611fc91362"
        case .sourceMissing: "80cba4b52ef14eccba841e4b1b5f011e"
        case .sourceReturned: "35d6e1ed35be4a6783aeedcb495d5bd7"
        case .patternUnused: "4a9a8bc181e346719f67056ed56b274f"
        case .intervalsLengthened: "f2b1e0c648e04a07a35a3807456e5a69"
        case .intervalsRestored: "750be58f38ef44a0999fa1d3494f34b8"
        case .roundFailed: "84e6b72340944ab3b7ec6b57d1e40248"
        case .samplerStalled: "5e963cbfdfaf43f2b599280583a1b550"
        case .processStuck: "1c239335783644ba8bfa21c860966c95"
        case .balancingChanged: "0367c73bb5a3456db0157606a1c3f026"
        case .topologyChanged: "1f009bd7b7f04bd4a24200ea9c2d6411"
        case .domainsChanged: "7ff503e855ef4abead2f7773dcc65830"
        case .domainsDisagree: "ad6878c162494c2e8aceb111b5b8b3ee"
        case .verdictChanged: "ddb7757e708343489297566a797eabb3"
        case .detectionEnded: "0bff2c19acc44fe49423b3278a422edf"
        case .pagePingPong: "83727fd579b849628104d99f9a340547"
        case .threadPingPong: "e6ebbce999b447328bea4e822ed022f9"
        case .storm: "96072d2428844064ac25f9069c2444c6"
        case .scanPeriodCollapse: "cfd26cf0be584e009e2870c3f0aeab13"
        case .givenUp: "dd88727ea0ba4730838e81cde01abf16"
        case .memoryDisallowed: "0a727977e1764a65bfb2929826f974cc"
        case .affinityDisjoint: "0169b709908b4794bb5f80b7c19bccbe"
        case .nodeFull: "a9e5fa6e109143f0b6a61830efbb914e"
        case .groupLargerThanNode: "748d2238a934432fa9236c2e44dcf9f9"
        case .movesRefused: "741513647f3f4ce199c58dc85a275c06"
        case .scanStall: "14d6b433effa4e578e9693de8ac366a4"
        case .tieringRateLimited: "e3ac00c58b28432495a8b0cb6e7f1ba8"
        case .demotedAgain: "343e1023ab194d459718bc388c79ab78"
        case .oneTierPromotion: "733b7fe7847b4bf18389116752a98491"
        case .cacheAwareConflict: "29aa3257d7f5479984fca1a13905ebd7"
        case .tracingStarted: "e00501ecef834e5f82302fb017a497d0"
        case .tracingStopped: "9c447119323a422e955e560fe9eb7bdf"
        case .tracingUnavailable: "a2c3d04cdd354010b8120abc989240f5"
        case .tracingFailed: "391a4f05c46242cd9cf17cf71e2e518e"
        case .tracingShed: "64cd239a24874c928f135854b46b4be7"
        case .tracingRestored: "0ed9c068ea5b49d789ab3db41d4277c7"
        case .tracingLost: "b7005a41d9c94ed3bf349c8cb5c99723"
        case .historyOpened: "dfc46f108cb0477f9c6bfb1831b700ca"
        case .historyOff: "3a89a6e9ecca4a22b9cbf46893baa527"
        case .historyFailed: "fd06f963501f47f6a398c3a26a498c9c"
        case .historyResumed: "637c818ae2584cdba86e504c2fc490be"
        case .historySetAside: "ba99baa8f1e2407cba66bec835460e24"
        case .clockSet: "9e64f6c50ac5445fb4081d229b00db43"
        }
    }

    /// The event that tells of a detection.
    init(_ detection: Detection) {
        self =
            switch detection {
            case .pagePingPong: .pagePingPong
            case .threadPingPong: .threadPingPong
            case .storm: .storm
            case .scanPeriodCollapse: .scanPeriodCollapse
            case .givenUp: .givenUp
            case .memoryDisallowed: .memoryDisallowed
            case .affinityDisjoint: .affinityDisjoint
            case .nodeFull: .nodeFull
            case .groupLargerThanNode: .groupLargerThanNode
            case .movesRefused: .movesRefused
            case .scanStall: .scanStall
            case .tieringRateLimited: .tieringRateLimited
            case .demotedAgain: .demotedAgain
            case .oneTierPromotion: .oneTierPromotion
            case .cacheAwareConflict: .cacheAwareConflict
            }
    }

    /// How important it is, always the same for one kind.
    package var level: Logger.Level {
        switch self {
        case .started, .configurationRead, .socketReady, .sourceReturned, .intervalsRestored, .stopping,
            .historyOpened, .historyOff:
            .info
        case .ready, .stopped, .configurationReloaded, .restartNeeded, .sourceMissing, .patternUnused, .topologyChanged,
            .balancingChanged, .domainsChanged, .verdictChanged, .detectionEnded, .groupLargerThanNode, .tracingStarted,
            .tracingStopped, .tracingRestored, .historyResumed, .clockSet:
            .notice
        case .intervalsLengthened, .roundFailed, .processStuck, .domainsDisagree, .tracingUnavailable, .tracingFailed,
            .tracingShed, .tracingLost, .pagePingPong, .threadPingPong, .storm, .scanPeriodCollapse, .givenUp,
            .memoryDisallowed, .affinityDisjoint, .nodeFull, .movesRefused, .scanStall, .tieringRateLimited,
            .demotedAgain, .oneTierPromotion, .cacheAwareConflict, .historyFailed, .historySetAside:
            .warning
        case .configurationRefused, .nameRefused, .portUnavailable, .samplerStalled: .error
        case .failed: .critical
        }
    }
}

extension DaemonEvent {
    /// The metadata key under which an event travels through swift-log to the handler.
    static let metadataKey = "numawatch-event"
}

extension Logger {
    /// Logs an event of a known kind, at its level and under its identifier.
    ///
    /// - Parameters:
    ///   - metadata: Structured fields: key `pid` becomes the journal field `NUMAWATCH_PID`.
    package func log(
        _ event: DaemonEvent, _ message: @autoclosure () -> Logger.Message, metadata: Logger.Metadata = [:],
        error: (any Error)? = nil, file: String = #fileID, function: String = #function, line: UInt = #line
    ) {
        var fields = metadata
        fields[DaemonEvent.metadataKey] = .string(event.rawValue)
        log(
            level: event.level, message(), error: error, metadata: fields, file: file, function: function, line: line)
    }
}
