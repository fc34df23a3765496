/// Tells from a guest's console whether it still gets on.
///
/// The guest names each step on its console as it begins (`Guest/init`) and ends a step that takes too long itself. One that
/// names nothing new for longer than that does not run any more: no need to wait for the deadline of all steps together,
/// which is half an hour for a guest with many.
struct GuestProgress {
    private let plan: GuestPlan
    /// What it did last, and since when, seconds.
    private var stage = "its boot"
    private var since: Double

    /// - Parameter now: Any clock's seconds.
    init(_ plan: GuestPlan, now: Double) {
        self.plan = plan
        since = now
    }

    /// Looks at the console once more.
    ///
    /// - Returns: Where the guest hangs; nil while it does not.
    mutating func hang(console: String, now: Double) -> String? {
        let stage = Self.stage(console, plan)
        if stage != self.stage {
            self.stage = stage
            since = now
        }
        let allowed =
            plan.steps.first { "the step \($0.name)" == stage }
            .map { $0.deadlineSeconds + plan.graceSeconds } ?? plan.overheadSeconds
        return now - since > Double(allowed) ? "it hung in \(stage), for \(allowed) s, and was killed" : nil
    }

    /// Lines of the kernel's may stand in the middle of the guest's own.
    private static func stage(_ console: String, _ plan: GuestPlan) -> String {
        if console.contains("lab: results") { return "writing its results" }
        let begun = plan.steps.last { step in
            console.split(whereSeparator: \.isNewline).contains { $0.hasSuffix("lab: step \(step.name)") }
        }
        return begun.map { "the step \($0.name)" } ?? "its boot"
    }
}
