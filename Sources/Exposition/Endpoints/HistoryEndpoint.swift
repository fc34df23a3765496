package import History

/// `/v1/history`: what was, as far as it was kept.
package struct HistoryEndpoint: Sendable {
    /// Reads the history.
    ///
    /// - Parameter viewer: Groups of this user alone; nil for all.
    package typealias Reading =
        @Sendable (HistoryQuery, _ viewer: UInt32?) async throws(EndpointError) -> HistoryAnswer

    private let read: Reading?
    private let now: @Sendable () -> UInt64

    /// - Parameters:
    ///   - read: Nil where none is kept.
    ///   - now: The time, nanoseconds since 1970.
    package init(read: Reading?, now: @escaping @Sendable () -> UInt64) {
        self.read = read
        self.now = now
    }

    package static let path = "/v1/history"

    package enum Parameter {
        package static let since = "since"
        package static let until = "until"
        package static let step = "step"
        package static let group = "group"
        package static let scopes = "scopes"
        package static let figures = "figures"
    }

    package static let parameters = [
        QueryParameter(
            Parameter.since, .text(maximumBytes: 64),
            "Samples later than that: \(HistoryInstant.forms). An hour before “until” by default."),
        QueryParameter(Parameter.until, .text(maximumBytes: 64), "And not later than that; now by default."),
        QueryParameter(
            Parameter.step, .integer(0...86_400),
            "The length of a step, seconds: 0 for the rounds as they were; 60 by default. What is older than the rounds that "
                + "are kept is there by the minute."),
        QueryParameter(Parameter.group, .text(maximumBytes: 4096), "One group, by its name."),
        QueryParameter(
            Parameter.scopes, .choice(["all", "host"]),
            "The host with its nodes and all groups, or (by default) the host and its nodes."),
        QueryParameter(
            Parameter.figures, .text(maximumBytes: 4096), "Only these figures, separated by commas; all by default."),
    ]

    var endpoint: Endpoint {
        var endpoint = Endpoint(
            Self.path, "What the history holds of a span of time.", parameters: Self.parameters,
            contents: [.json(HistoryAnswer.fields.schema)], otherStatuses: [404, 503]
        ) { [read, now] request throws(EndpointError) in
            let query = try Self.query(request.query, now: now())
            guard let read else {
                throw EndpointError(
                    status: 404, "No history is kept here.",
                    remedy: "Set Directory= in [History] of numawatchd.conf, or let systemd start the daemon.")
            }
            let viewer: UInt32? = if case .limited(let uid) = request.viewer { uid } else { nil }
            let context = FieldContext(nowNanoseconds: request.nowNanoseconds)
            return EndpointReply(
                contentType: ContentType.json,
                body: .later { () async throws(EndpointError) in
                    HistoryAnswer.fields.document(try await read(query, viewer), context)
                })
        }
        endpoint.isLarge = true
        return endpoint
    }

    static func query(_ values: QueryValues, now: UInt64) throws(EndpointError) -> HistoryQuery {
        func instant(_ name: String) throws(EndpointError) -> UInt64? {
            guard let text = values[text: name] else { return nil }
            guard let instant = HistoryInstant.any(text, now: now) else {
                throw EndpointError(
                    status: 400, "The query parameter \(name) is no time.",
                    remedy: "It must be like \(HistoryInstant.forms).")
            }
            return instant
        }
        let until = try instant(Parameter.until) ?? now
        let since = try instant(Parameter.since) ?? until - min(until, 3600 * 1_000_000_000)
        guard since < until else {
            throw EndpointError(
                status: 400, "The span ends before it begins.", remedy: "“since” must be earlier than “until”.")
        }
        let step = values[integer: Parameter.step] ?? 60
        var query = HistoryQuery(
            sinceNanoseconds: since, untilNanoseconds: until,
            stepNanoseconds: step == 0 ? nil : UInt64(step) * 1_000_000_000,
            scopes: values[text: Parameter.scopes] == "all" ? .all : .host)
        if let group = values[text: Parameter.group] { query.scopes = .group(group) }
        if let names = values[text: Parameter.figures] {
            query.figures = try Set(
                names.split(separator: ",").map { name throws(EndpointError) in
                    guard let figure = HistoryFigure(rawValue: String(name)) else {
                        throw EndpointError(
                            status: 400, "“\(name.prefix(64))” is no figure of the history.",
                            remedy: "GET /openapi.json lists them at /v1/history.")
                    }
                    return figure
                })
        }
        return query
    }
}
