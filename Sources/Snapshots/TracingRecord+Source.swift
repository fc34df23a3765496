extension TracingRecord {
    /// The name of tracing among the sources.
    package static let sourceName = "tracing"

    /// Tracing as one of the sources.
    package var source: SourceStatus {
        var status = SourceStatus(
            name: Self.sourceName,
            path: "/sys/kernel/tracing/instances/numawatch" + (level.map { ", level \($0)" } ?? ""),
            state: .readable,
            purpose: "every hint fault with the kernel's decision, replayed by the model as it happens",
            lostWithout: "single faults, why pages and tasks moved, and the model's agreement with the kernel")
        switch state {
        case .running:
            break
        case .off:
            let doubt = unsearched.map { "; whether an earlier trace was left behind is not known: \($0)" } ?? ""
            status.state = .notApplicable(reason: "off in the configuration" + doubt)
            status.remedy = "Enabled=yes in [Tracing] of numawatchd.conf; see docs/tracing.md"
        case .unavailable(let reason, let remedy):
            status.state = .failed(reason: reason)
            status.remedy = remedy.isEmpty ? nil : remedy
        }
        return status
    }
}
