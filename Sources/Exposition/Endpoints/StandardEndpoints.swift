package import Insight
package import Snapshots

/// The endpoints that follow from snapshots and events.
package struct StandardEndpoints: Sendable {
    private let store: SnapshotStore
    private let metrics: MetricsPage
    private let lines: EventLines
    private let health: HealthPolicy
    private let version: String
    private let explain: ExplainEndpoints
    private let presentSources: PresentSources?
    private let history: HistoryEndpoint

    /// Has the sources tried again and gives how they stand now; nil where nobody came to it in good time.
    package typealias PresentSources = @Sendable () async -> [SourceStatus]?

    /// - Parameters:
    ///   - history: What was; none is kept where nobody says so.
    ///   - presentSources: Nil where every snapshot is made for the one who asks.
    package init(
        store: SnapshotStore, events: EventLog, stories: StoryStore = StoryStore(), metrics: MetricsPage,
        version: String, health: HealthPolicy = HealthPolicy(),
        history: HistoryEndpoint = HistoryEndpoint(read: nil, now: { 0 }), presentSources: PresentSources? = nil
    ) {
        self.history = history
        self.presentSources = presentSources
        explain = ExplainEndpoints(store: store, stories: stories)
        self.store = store
        self.metrics = metrics
        self.lines = EventLines(log: events, store: store)
        self.health = health
        self.version = version
    }

    package var all: [Endpoint] {
        [
            metricsEndpoint, healthEndpoint,
            PublishedDocument<StatusAnswer>.status(version: version).endpoint(store),
            PublishedDocument<TopologyAnswer>.topology.endpoint(store),
            PublishedDocument<NodesAnswer>.nodes.endpoint(store),
            PublishedDocument<DevicesAnswer>.devices.endpoint(store),
            PublishedDocument<ProcessesAnswer>.processes.endpoint(store),
            PublishedDocument<GroupsAnswer>.groups.endpoint(store),
            PublishedDocument<TriageAnswer>.triage.endpoint(store),
            sourcesEndpoint,
            PublishedDocument<ProcessAnswer>.process.endpoint(store),
            PublishedDocument<DomainsAnswer>.domains.endpoint(store),
            PublishedDocument<ModelAnswer>.model.endpoint(store),
            PublishedDocument<VerdictAnswer>.verdict.endpoint(store),
            eventsEndpoint,
            history.endpoint,
        ] + explain.all
    }

    /// `/metrics` alone.
    package var metricsEndpoint: Endpoint {
        Endpoint(
            MetricsPage.path, "All metrics, in the format the Accept header asks for.",
            contents: [MetricsFormat.prometheus, .openMetrics].map {
                Endpoint.Content(contentType: $0.contentType, schema: nil)
            }, otherStatuses: [503]
        ) { [store, metrics] request throws(EndpointError) in
            guard let snapshot = store.current else { throw EndpointError.notReady }
            let format = MetricsFormat(accept: request.accept)
            let text = metrics.text(
                of: snapshot, format: format, viewer: request.viewer, stillOwns: store.stillOwns)
            return EndpointReply(contentType: format.contentType, body: .bytes(text))
        }
    }

    private var healthEndpoint: Endpoint {
        Endpoint(
            "/healthz", "Whether rounds of sampling keep coming: 200, or 503 with the same document.",
            contents: [.json(HealthAnswer.fields.schema)], otherStatuses: [503]
        ) { [store, health] request in
            health.reply(store.current, nowNanoseconds: request.nowNanoseconds)
        }
    }

    /// What was tried longer ago is tried again before it is shown.
    static let presentNanoseconds: UInt64 = 5_000_000_000

    /// Whether all sources were tried a moment ago.
    private static func isPresent(_ snapshot: HostSnapshot, nowNanoseconds: UInt64) -> Bool {
        let tried = snapshot.sources.filter { $0.name != TracingRecord.sourceName }.map(\.triedAtNanoseconds)
        guard !tried.contains(nil), let oldest = tried.compactMap({ $0 }).min() else { return false }
        return RoundHeader.age(of: oldest, now: nowNanoseconds) < presentNanoseconds
    }

    private var sourcesEndpoint: Endpoint {
        var endpoint = PublishedDocument<SourcesAnswer>.sources.endpoint(store)
        let answer = endpoint.answer
        endpoint.answer = { [store, presentSources] request throws(EndpointError) in
            let snapshot = try store.current(visibleTo: request.viewer)
            let now = request.nowNanoseconds
            guard let presentSources, !Self.isPresent(snapshot, nowNanoseconds: now) else {
                return try answer(request)
            }
            return EndpointReply(
                contentType: ContentType.json,
                body: .later {
                    var snapshot = snapshot
                    if let sources = await presentSources() {
                        // Tracing is no file that could be tried.
                        snapshot.sources = sources + snapshot.sources.filter { $0.name == TracingRecord.sourceName }
                    }
                    return PublishedDocument<SourcesAnswer>.sources.bytes(
                        of: SourcesAnswer(snapshot, nowNanoseconds: now), nowNanoseconds: now)
                })
        }
        return endpoint
    }

    private var eventsEndpoint: Endpoint {
        Endpoint(
            "/v1/events", "Events as lines of JSON, as they happen.",
            parameters: [
                QueryParameter(
                    "after", .integer(0...Int.max), "Begin with the kept events of a higher number; 0 for all kept."),
                QueryParameter("follow", .boolean, "Go on with what happens from now on (default true)."),
                QueryParameter("rounds", .boolean, "A line per round of sampling, too (default false)."),
            ],
            contents: [Endpoint.Content(contentType: ContentType.jsonLines, schema: EventLine.fields.schema)]
        ) { [lines] request in
            var options = EventLines.Options()
            options.after = request.query[integer: "after"].map { UInt64($0) }
            options.isFollowing = request.query[flag: "follow"] ?? true
            options.includesRounds = request.query[flag: "rounds"] ?? false
            let (chosen, viewer) = (options, request.viewer)
            return EndpointReply(
                contentType: ContentType.jsonLines,
                body: .lines { lines.stream(chosen, viewer: viewer) })
        }
    }
}
