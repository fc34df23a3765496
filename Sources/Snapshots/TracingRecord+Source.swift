extension TracingRecord {
    /// Tracing as one of the sources.
    package var source: SourceStatus {
        var status = SourceStatus(
            name: "tracing", path: "/sys/kernel/tracing/instances/numawatch" + (level.map { ", level \($0)" } ?? ""),
            state: .readable,
            purpose: "every hint fault with the kernel's decision, replayed by the model as it happens",
            lostWithout: "single faults, why pages and tasks moved, and the model's agreement with the kernel")
        switch state {
        case .running:
            break
        case .off:
            status.state = .notApplicable(reason: "off in the configuration")
            status.remedy = "Enabled=yes in [Tracing] of numawatchd.conf; see docs/tracing.md"
        case .unavailable(let reason, let remedy):
            status.state = .notApplicable(reason: reason)
            status.remedy = remedy.isEmpty ? nil : remedy
        }
        return status
    }
}
