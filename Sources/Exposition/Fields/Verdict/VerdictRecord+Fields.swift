import NUMATopology
import Snapshots

extension Verdict: FieldChoice {}
extension VerdictReason: FieldChoice {}
extension VerdictScope: FieldChoice {}
extension VerdictConfidence: FieldChoice {}
extension Detection: FieldChoice {}

extension VerdictRecord {
    static let fields = Fields<VerdictRecord>(of: VerdictRecord(.cannotTell)) {
        Field("verdict", \.verdict, "What NUMA balancing does to it.")
        Field(.reason, \.reason, "Why, where the figures do not say so themselves.")
        Field("since_seconds", ageOf: \.sinceNanoseconds, "For how long it has been so.")
        Field("confidence", derived: { $0.confidence }, "How sure it is: high from 3 points, medium with 2.")
        Field(
            "confidence_points", \.confidencePoints,
            "0 to 4: one each for a measured cost, a measured share of remote accesses, an exact and recent placement, "
                + "and intervals that are far from each other.")
        Field("window_seconds", seconds: \.windowNanoseconds, "The time that was judged.")
        Field("is_severe", \.isSevere, "Whether it hurts, and takes 5 % of the CPU time or more.")
        Field("causes", derived: { $0.findings.map(\.detection) }, "The detections that hold.")
        Field(
            "why", derived: { $0.why },
            "The same as letters: P page and T thread ping-pong, S storm, B bound by policy, G given up, F node full, C "
                + "CPUs and memory apart, K moves refused, L scan stalls, N nothing known.")
        Field("detections", \.findings, each: DetectionFinding.fields, "The detections that hold, with their figures.")
        figureFields
    }

    private static let figureFields: [Field<VerdictRecord>] = VerdictFigures.fields.all.map { field in
        // What has no figures has none of these members.
        Field(
            FieldName(field.name), field.schema, isRequired: false, field.description,
            write: { record, context, json in
                if let figures = record.figures { field.write(figures, context, &json) }
            },
            read: { (value, context, record) throws(FieldError) in
                var figures = record.figures ?? VerdictFigures()
                try field.read(value, context, &figures)
                record.figures = figures
            })
    }
}

extension DetectionFinding {
    static let fields = Fields<DetectionFinding>(of: DetectionFinding(.storm)) {
        Field("detection", \.detection, "What was detected.")
        Field("since_seconds", ageOf: \.sinceNanoseconds, "For how long it has held.")
        Field("ratio", \.ratio, "The share that passed its limit, where it is one.")
        Field("per_second", \.perSecond, "The amount per second that passed its limit, where it is one.")
        Field("longest_seconds", seconds: \.longestNanoseconds, "The longest time, where it is about times.")
        Field(
            .nodes, find: { $0.nodes.isEmpty ? nil : $0.nodes }, set: { $0.nodes = $1 },
            "The nodes it is about, where it is about some.")
        Field("text", derived: { $0.sentence }, "A sentence.")
    }
}

extension VerdictFigures {
    static let fields = Fields<VerdictFigures>(of: VerdictFigures()) {
        Field(
            "locality", \.locality, BoundedRatio.fields,
            "Share of the CPU time spent on the node of the memory used: the sum over nodes of CPU time share times memory "
                + "share.")
        Field(
            "best_locality", \.bestLocality, BoundedRatio.fields,
            "The largest such share that can be had with the threads as they are.")
        Field("cost", \.cost, BalancingCost.fields, "What balancing costs, as a share of the CPU time.")
        Field("gain", \.gain, BoundedRatio.fields, "What it saves, as a share of the CPU time.")
        Field(
            "efficiency", \.efficiency, "Pages made local, net, for each page moved; absent where few were moved.")
        Field("kept", \.kept, BoundedRatio.fields, "Share of the moves that were not undone.")
        Field(
            "payback_line_fills", \.paybackLineFills,
            "Line fills from another node that moving one page has to save before it pays.")
        Field("trend_per_minute", \.trendPerMinute, "Change of the local share per minute.")
        Field(
            "converges_in_seconds", seconds: \.convergesInNanoseconds,
            "Time until the local share is at its best, at this rate.")
        Field("moved_pages_per_second", \.movedPagesPerSecond, "Base pages moved, lately.")
        Field("hint_faults_per_second", \.hintFaultsPerSecond, "Hint faults, lately.")
        Field("armed_pages_per_second", \.armedPagesPerSecond, "Base pages armed for hint faults, lately.")
        Field("counter_source", \.counterSource, "What the latter two rest on.")
        Field("cpus_used", \.cpusUsed, "CPU time per time over the window.")
        Field.cpuByNode(
            \.cpuNanosecondsByNode, byNode: "By the node the threads were last seen on.", "CPU time in the window.")
        Field(.bytesByNode, \.bytesByNode, "Its memory by node, files apart.")
        Field("policy_ratio", \.policyRatio, "Share of its memory under policies that balancing leaves alone.")
        Field("scan_period_milliseconds", \.scanPeriodMilliseconds, "Time between scans of a task, lately.")
        Field("episode", \.episode, BalancingEpisode.fields, "What balancing did the last time it did much.")
    }
}

extension BalancingCost {
    static let fields = Fields<BalancingCost>(of: BalancingCost(total: BoundedRatio(exactly: 0, source: .assumed))) {
        BoundedRatio.fields.lifted(\.total)
        Field("arming_ratio", \.armingRatio, "Of it, arming pages: the scans.")
        Field("fault_ratio", \.faultRatio, "Of it, faults that move nothing.")
        Field("move_ratio", \.moveRatio, "Of it, moving pages, with their faults.")
    }
}

extension BalancingEpisode {
    static let fields = Fields<BalancingEpisode>(of: BalancingEpisode(beganAtNanoseconds: 0)) {
        Field("began_age_seconds", ageOf: \.beganAtNanoseconds, "When pages began to move.")
        Field("last_move_age_seconds", ageOf: \.lastMoveAtNanoseconds, "When they were last seen to move.")
        Field("moved_pages", \.movedPages, "Base pages that moved.")
        Field("locality_before", \.localityBefore, "The local share when it began.")
        Field("locality_after", \.localityAfter, "The local share at its end, or now.")
    }
}
