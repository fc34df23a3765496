package import Snapshots

extension PublishedDocument<StatusAnswer> {
    /// - Parameter version: Of the program that answers.
    package static func status(version: String) -> PublishedDocument<StatusAnswer> {
        Self("/v1/status", "The host: balancing, counters, cost.", StatusAnswer.fields) { snapshot, question in
            StatusAnswer(snapshot, version: version, nowNanoseconds: question.nowNanoseconds)
        }
    }
}

extension PublishedDocument<TopologyAnswer> {
    package static var topology: PublishedDocument<TopologyAnswer> {
        Self("/v1/topology", "The machine's NUMA shape.", TopologyAnswer.fields) {
            snapshot, question in TopologyAnswer(snapshot, nowNanoseconds: question.nowNanoseconds)
        }
    }
}

extension PublishedDocument<NodesAnswer> {
    package static var nodes: PublishedDocument<NodesAnswer> {
        Self("/v1/nodes", "What each node has, holds and does.", NodesAnswer.fields) {
            snapshot, question in NodesAnswer(snapshot, nowNanoseconds: question.nowNanoseconds)
        }
    }
}

extension PublishedDocument<DevicesAnswer> {
    package static var devices: PublishedDocument<DevicesAnswer> {
        Self(
            "/v1/devices", "Which node each device is attached to.", DevicesAnswer.fields
        ) { snapshot, question in
            DevicesAnswer(snapshot, nowNanoseconds: question.nowNanoseconds)
        }
    }
}

extension PublishedDocument<SourcesAnswer> {
    package static var sources: PublishedDocument<SourcesAnswer> {
        Self(
            "/v1/sources", "What can be read here, and what is lost without the rest.", SourcesAnswer.fields
        ) { snapshot, question in
            SourcesAnswer(snapshot, nowNanoseconds: question.nowNanoseconds)
        }
    }
}

extension PublishedDocument<DomainsAnswer> {
    package static var domains: PublishedDocument<DomainsAnswer> {
        Self(
            "/v1/domains", "Scheduling domains and groups as the kernel built them, and its balancing between them.",
            otherStatuses: [404, 503], DomainsAnswer.fields
        ) { (snapshot, _) throws(EndpointError) in
            guard let domains = snapshot.domains else {
                throw EndpointError(
                    status: 404, "The scheduling domains could not be read.",
                    remedy: "GET /v1/sources says which source is missing.")
            }
            return DomainsAnswer(domains)
        }
    }
}

extension PublishedDocument<ModelAnswer> {
    package static var model: PublishedDocument<ModelAnswer> {
        Self(
            "/v1/model", "What balancing did in the last interval, reconstructed from the ledgers.",
            otherStatuses: [404, 503], ModelAnswer.fields
        ) { (snapshot, question) throws(EndpointError) in
            guard let model = snapshot.model else {
                throw EndpointError(
                    status: 404, "There is nothing modelled yet: the model needs two rounds with readable ledgers.",
                    remedy: "Ask again after the next round; GET /v1/sources says whether task-ledger is readable.")
            }
            return ModelAnswer(
                round: RoundHeader(snapshot, nowNanoseconds: question.nowNanoseconds), model,
                groups: snapshot.groups.compactMap { group in
                    group.model.map { ModelAnswer.Group(name: group.name, activity: $0) }
                }, tracing: snapshot.tracing)
        }
    }
}
