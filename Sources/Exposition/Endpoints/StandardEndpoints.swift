package import Insight
package import Snapshots
import TextOutput

/// The endpoints that follow from snapshots and events.
package struct StandardEndpoints: Sendable {
    private let store: SnapshotStore
    private let metrics: MetricsPage
    private let lines: EventLines
    private let health: HealthPolicy
    private let version: String
    private let explain: ExplainEndpoints
    private let presentSources: PresentSources?

    /// Has the sources tried again and gives how they stand now; nil where nobody came to it in good time.
    package typealias PresentSources = @Sendable () async -> [SourceStatus]?

    /// - Parameter presentSources: Nil where every snapshot is made for the one who asks.
    package init(
        store: SnapshotStore, events: EventLog, stories: StoryStore = StoryStore(), metrics: MetricsPage,
        version: String, health: HealthPolicy = HealthPolicy(), presentSources: PresentSources? = nil
    ) {
        self.presentSources = presentSources
        explain = ExplainEndpoints(store: store, stories: stories)
        self.store = store
        self.metrics = metrics
        self.lines = EventLines(log: events, store: store)
        self.health = health
        self.version = version
    }

    package var all: [Endpoint] {
        [metricsEndpoint, healthEndpoint] + documents
            + [
                sourcesEndpoint, processEndpoint, DomainsEndpoint.endpoint(store: store),
                ModelDocument.endpoint(store: store), eventsEndpoint,
            ] + explain.all
    }

    private var metricsEndpoint: Endpoint {
        Endpoint(
            "/metrics", "All metrics, in the format the Accept header asks for.",
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
            contents: [.json(HealthPolicy.schema)], otherStatuses: [503]
        ) { [store, health] request in
            health.reply(store.current, nowNanoseconds: request.nowNanoseconds)
        }
    }

    private var documents: [Endpoint] {
        let version = version
        return [
            document("/v1/status", "The host: balancing, counters, cost.", StatusDocument.schema) {
                snapshot, request, json in
                StatusDocument.write(
                    snapshot, version: version, nowNanoseconds: request.nowNanoseconds, into: &json)
            },
            document("/v1/topology", "The machine's NUMA shape.", TopologyDocument.schema) { snapshot, request, json in
                TopologyDocument.write(snapshot, nowNanoseconds: request.nowNanoseconds, into: &json)
            },
            document("/v1/nodes", "What each node has, holds and does.", NodesDocument.schema) {
                snapshot, request, json in
                NodesDocument.write(snapshot, nowNanoseconds: request.nowNanoseconds, into: &json)
            },
            document("/v1/devices", "Which node each device is attached to.", DevicesDocument.schema) {
                snapshot, request, json in
                DevicesDocument.write(snapshot, nowNanoseconds: request.nowNanoseconds, into: &json)
            },
            document(
                "/v1/processes", "The user processes.", ProcessesDocument.schema, ProcessesDocument.parameters
            ) { snapshot, request, json in
                ProcessesDocument.write(
                    snapshot, query: request.query, nowNanoseconds: request.nowNanoseconds, into: &json)
            },
            document(
                "/v1/groups", "The systemd units, containers and cgroups.", GroupsDocument.schema,
                GroupsDocument.parameters
            ) { snapshot, request, json in
                GroupsDocument.write(
                    snapshot, query: request.query, nowNanoseconds: request.nowNanoseconds, into: &json)
            },
        ]
    }

    private func document(
        _ path: String, _ summary: String, _ schema: Schema, _ parameters: [QueryParameter] = [],
        _ write: @escaping @Sendable (HostSnapshot, EndpointRequest, inout JSONWriter) -> Void
    ) -> Endpoint {
        var endpoint = Endpoint(path, summary, parameters: parameters, contents: [.json(schema)], otherStatuses: [503])
        {
            [store] request throws(EndpointError) in
            let snapshot = try store.current(visibleTo: request.viewer)
            return .json { write(snapshot, request, &$0) }
        }
        // What takes sort= and limit= lists processes or groups.
        endpoint.isLarge = !parameters.isEmpty
        return endpoint
    }

    private var sourcesEndpoint: Endpoint {
        Endpoint(
            "/v1/sources", "What can be read here, and what is lost without the rest.",
            contents: [.json(SourcesDocument.schema)], otherStatuses: [503]
        ) { [store, presentSources] request throws(EndpointError) in
            let snapshot = try store.current(visibleTo: request.viewer)
            let now = request.nowNanoseconds
            guard let presentSources, !SourcesDocument.isPresent(snapshot, nowNanoseconds: now) else {
                return .json { SourcesDocument.write(snapshot, nowNanoseconds: now, into: &$0) }
            }
            return EndpointReply(
                contentType: ContentType.json,
                body: .later {
                    var snapshot = snapshot
                    if let sources = await presentSources() {
                        // Tracing is no file that could be tried.
                        snapshot.sources = sources + snapshot.sources.filter { $0.name == "tracing" }
                    }
                    return EndpointReply.document { SourcesDocument.write(snapshot, nowNanoseconds: now, into: &$0) }
                })
        }
    }

    private var processEndpoint: Endpoint {
        Endpoint(
            "/v1/processes/{pid}", "One process, with its threads.",
            contents: [.json(ProcessDocument.detailSchema)], otherStatuses: [404, 503]
        ) { [store] request throws(EndpointError) in
            let snapshot = try store.current(visibleTo: request.viewer)
            // Somebody else's process answers as one that is not there.
            guard let number = request.pathValues["pid"], let pid = Int32(exactly: number),
                let process = snapshot.process(pid: pid)
            else {
                throw EndpointError(
                    status: 404, "No such process is known.", remedy: "GET /v1/processes lists those that are.")
            }
            return .json { json in
                ProcessDocument.writeDetail(
                    process, of: snapshot, nowNanoseconds: request.nowNanoseconds, into: &json)
            }
        }
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
            contents: [Endpoint.Content(contentType: ContentType.jsonLines, schema: EventLines.schema)]
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
