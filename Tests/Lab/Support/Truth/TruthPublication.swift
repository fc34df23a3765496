import FixtureSupport
package import TextOutput

/// What the daemon published of a seed's process while it ran: one document after the other, and its verdict at the end.
package struct TruthPublication: Sendable, Hashable {
    /// A share with its bounds, as it is published.
    package struct Share: Sendable, Hashable {
        package var ratio: Double
        package var low: Double
        package var high: Double

        package init(ratio: Double, low: Double, high: Double) {
            self.ratio = ratio
            self.low = low
            self.high = high
        }

        /// Nil where one of the three is missing.
        init?(_ value: JSONValue?) {
            guard let ratio = value?["ratio"]?.number, let low = value?["low"]?.number,
                let high = value?["high"]?.number
            else { return nil }
            self.init(ratio: ratio, low: low, high: high)
        }
    }

    /// Where accesses go.
    package struct Locality: Sendable, Hashable {
        package var ratio: Double
        package var low: Double
        package var high: Double
        /// Whether the daemon published it. Else it is made here of the CPU time and memory by node it published.
        package var isPublished: Bool

        package init(ratio: Double, low: Double, high: Double, isPublished: Bool) {
            self.ratio = ratio
            self.low = low
            self.high = high
            self.isPublished = isPublished
        }
    }

    package var locality: Locality?
    /// `helping`, `converged` …; nil where there is none.
    package var verdict: String?
    /// Why, where the verdict has a reason.
    package var reason: String?
    /// `page_ping_pong` …
    package var detections: [String] = []
    /// The share of its CPU time that balancing takes, with its bounds.
    package var cost: Share?

    package init() {}

    /// - Parameters:
    ///   - documents: `/v1/processes/PID`, in order.
    ///   - verdicts: `/v1/verdict?pid=PID`, in order; the last that has one counts.
    package init(documents: [JSONValue], verdicts: [JSONValue]) {
        let moments = documents.compactMap(Moment.init)
        locality = Self.published(moments) ?? Self.product(moments)
        // Of one process: the answer's list has it alone.
        let judged = verdicts.compactMap { $0["processes"]?.elements?.first }.last
        verdict = judged?["verdict"]?.text
        reason = judged?["reason"]?.text
        detections = judged?["causes"]?.elements?.compactMap(\.text) ?? []
        // What it was while balancing was at work, not what it is once there is nothing left to do.
        cost = verdicts.compactMap { Share($0["processes"]?.elements?.first?["cost"]) }.max { $0.ratio < $1.ratio }
    }

    /// A document, as far as it matters.
    private struct Moment {
        var cpuByNode: [Int: Double] = [:]
        var bytesByNode: [Int: Double] = [:]
        var locality: Share?

        init?(_ document: JSONValue) {
            guard let time = document["cpu_by_node"]?["cpu_seconds_by_node"] else { return nil }
            cpuByNode = Self.byNode(time)
            bytesByNode = Self.byNode(document["placement"]?["bytes_by_node"])
            locality = Share(document["locality"])
        }

        var cpuSeconds: Double { cpuByNode.values.reduce(0, +) }

        private static func byNode(_ value: JSONValue?) -> [Int: Double] {
            var values: [Int: Double] = [:]
            for (key, number) in value?.members ?? [:] {
                if let node = Int(key), let number = number.number { values[node] = number }
            }
            return values
        }
    }

    /// What was published each round, by the CPU time of the round.
    private static func published(_ moments: [Moment]) -> Locality? {
        var sum = Locality(ratio: 0, low: 0, high: 0, isPublished: true)
        var weight = 0.0
        for (before, now) in zip(moments, moments.dropFirst()) {
            let seconds = now.cpuSeconds - before.cpuSeconds
            guard seconds > 0, let locality = now.locality else { continue }
            sum.ratio += seconds * locality.ratio
            sum.low += seconds * locality.low
            sum.high += seconds * locality.high
            weight += seconds
        }
        guard weight > 0 else { return nil }
        return Locality(ratio: sum.ratio / weight, low: sum.low / weight, high: sum.high / weight, isPublished: true)
    }

    /// The same from CPU time and memory by node: Σ c·m, within Σ max(0, c + m − 1) and Σ min(c, m).
    private static func product(_ moments: [Moment]) -> Locality? {
        var sum = Locality(ratio: 0, low: 0, high: 0, isPublished: false)
        var weight = 0.0
        for (before, now) in zip(moments, moments.dropFirst()) {
            let seconds = now.cpuSeconds - before.cpuSeconds
            let bytes = now.bytesByNode.values.reduce(0, +)
            guard seconds > 0, bytes > 0 else { continue }
            for (node, onNode) in now.bytesByNode {
                let time = max(0, ((now.cpuByNode[node] ?? 0) - (before.cpuByNode[node] ?? 0)) / seconds)
                let memory = onNode / bytes
                sum.ratio += seconds * time * memory
                sum.low += seconds * max(0, time + memory - 1)
                sum.high += seconds * min(time, memory)
            }
            weight += seconds
        }
        guard weight > 0 else { return nil }
        return Locality(ratio: sum.ratio / weight, low: sum.low / weight, high: sum.high / weight, isPublished: false)
    }
}
