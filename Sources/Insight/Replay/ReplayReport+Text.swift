import BalancingModel
import TextOutput
import Tracing

/// The report for people.
extension ReplayReport {
    /// Tasks and pages listed at most; JSON has all that are kept.
    private static let listedTasks = 20
    private static let listedPages = 10

    /// Appends the report.
    ///
    /// - Parameter width: columns of the terminal; tables are cut to it.
    package func appendText(to output: inout [UInt8], width: Int = 100) {
        var text = Text(width: max(60, width))
        header(&text)
        agreementSection(&text)
        faultSection(&text)
        migrationSection(&text)
        scanSection(&text)
        taskSection(&text)
        groupSection(&text)
        checkSection(&text)
        diagnosticsSection(&text)
        output += text.bytes
    }

    /// Lines and tables of one report.
    private struct Text {
        var bytes: [UInt8] = []
        let width: Int

        init(width: Int) { self.width = width }

        mutating func title(_ title: String) {
            bytes.append(text: "\n\(title)\n")
        }

        /// A line, broken at blanks; what follows the first line is indented by `indent`.
        mutating func line(_ line: String, indent: Int = 4) {
            let leading = line.prefix { $0 == " " }.count
            bytes.append(contentsOf: repeatElement(0x20, count: leading))
            var column = leading
            var isFirst = true
            for word in line.dropFirst(leading).split(separator: " ", omittingEmptySubsequences: false) {
                let length = TableFormatter.width(of: String(word))
                if !isFirst, column + 1 + length > width {
                    bytes.append(0x0a)
                    bytes.append(contentsOf: repeatElement(0x20, count: indent))
                    column = indent
                } else if !isFirst {
                    bytes.append(0x20)
                    column += 1
                }
                isFirst = false
                bytes.append(text: String(word))
                column += length
            }
            bytes.append(0x0a)
        }

        mutating func table(_ columns: [TableFormatter.Column], _ rows: [[String]]) {
            var table = TableFormatter(columns: columns, widthLimit: width, indent: 2)
            for row in rows { table.add(row) }
            table.render(into: &bytes)
        }
    }

    // MARK: Sections

    private func header(_ text: inout Text) {
        let events = diagnostics.events
        var line = "\(name.terminalSafe): \(events) events"
        if let durationNanoseconds { line += " in \(String(fixed: Double(durationNanoseconds) / 1e9, decimals: 3)) s" }
        line += ", \(run.drive.rawValue) drive, level \(level.name.rawValue)"
        text.line(line)
        for caveat in caveats { text.line("  note: \(caveat)", indent: 8) }
        for missing in level.missing where level.name != .none {
            text.line(
                "  not seen: \(missing.name)" + (missing.mayNotHaveHappened ? " (may not have happened)" : "")
                    + ": \(missing.lost)", indent: 12)
        }
        text.title("Machine")
        text.table(
            [.init(""), .init(""), .init("", isFlexible: true, minimumWidth: 12)],
            run.machine.facts.map { [$0.name, $0.value, $0.origin] })
    }

    private func agreementSection(_ text: inout Text) {
        text.title("Agreement with the kernel")
        let agreement = run.agreement
        var rows = [
            ["decisions", Self.score(agreement.overall), Self.share(agreement.overall), ""],
            ["decisions away from the local node", Self.score(agreement.remote), Self.share(agreement.remote), ""],
        ]
        for rule in DecisionRule.allCases where agreement.byRule[rule.position].total > 0 {
            let score = agreement.byRule[rule.position]
            rows.append(["  rule \(rule.rawValue)", Self.score(score), Self.share(score), ""])
        }
        rows.append(["marks: per-node faults", Self.score(run.marks.values), Self.share(run.marks.values), ""])
        rows.append(["marks: preferred node", Self.score(run.marks.preferred), Self.share(run.marks.preferred), ""])
        rows.append(["marks: group", Self.score(run.marks.group), Self.share(run.marks.group), ""])
        rows.append(["marks: pages migrated", Self.score(run.markedPages), Self.share(run.markedPages), ""])
        text.table([.init(""), .init("RIGHT", .trailing), .init("SHARE", .trailing), .init("")], rows)
        let apart = agreement.resynchronising
        if apart.total > 0 {
            text.line(
                "  not judged: \(apart.total) decisions that rest on what was before the trace or was lost "
                    + "(\(apart.right) of them right)")
        }
        if run.resynchronisingMarks > 0 {
            text.line("  not judged: \(run.resynchronisingMarks) marks of tasks whose past was not known in full")
        }
        if agreement.unanswered > 0 {
            text.line("  \(agreement.unanswered) decisions without the kernel's answer: not compared")
        }
        if run.counters.ties > 0 {
            text.line(
                "  \(run.counters.ties) ties between groups of equal size, \(run.counters.guessedTies) of them guessed"
                    + (lookAhead.wasPossible ? "; looking ahead left \(lookAhead.doubtfulTies) in doubt" : ""))
        }
    }

    private func faultSection(_ text: inout Text) {
        let faults = run.faults
        text.title("Hint faults: \(faults.faults)")
        guard faults.faults > 0 else { return }
        var line = "  local \(faults.localFaults), away from the local node \(faults.remoteFaults)"
        if faults.unknownFaults > 0 { line += ", unknown \(faults.unknownFaults)" }
        text.line(line)
        let rows = DecisionRule.allCases.compactMap { rule -> [String]? in
            let row = faults.rules[rule.position]
            guard row.faults > 0 else { return nil }
            return [rule.rawValue, "\(row.faults)", "\(row.remoteFaults)"]
                + zip(FaultFigures.Outcome.allCases, row.outcomes).map { run.tells($0) ? "\($1)" : "-" }
        }
        text.table(
            [.init("RULE"), .init("FAULTS", .trailing), .init("REMOTE", .trailing)]
                + FaultFigures.Outcome.allCases.map { .init($0.rawValue.uppercased(), .trailing) }, rows)
        let nodes = run.machine.layout.nodeNumbers.indices.map { position in
            [
                "\(run.machine.layout.nodeNumbers[position])", "\(faults.byCPUNode[position])",
                "\(faults.byPageNode[position])",
            ]
        }
        text.table(
            [.init("NODE", .trailing), .init("BY ITS CPUS", .trailing), .init("ON ITS PAGES", .trailing)], nodes)
        if faults.accountedFaults > 0, faults.handlingNanoseconds > 0 {
            let mean = Double(faults.handlingNanoseconds) / Double(faults.accountedFaults) / 1e3
            text.line(
                "  cost: \(String(fixed: Double(faults.handlingNanoseconds) / 1e9, decimals: 3)) s from policy check to "
                    + "accounting, \(String(fixed: mean, decimals: 1)) µs each, longest "
                    + "\(String(fixed: Double(faults.longestHandlingNanoseconds) / 1e6, decimals: 3)) ms "
                    + "(probes and preemption included)")
        }
    }

    private func migrationSection(_ text: inout Text) {
        let origin = run.drive == .blind ? "modelled" : "kernel"
        text.title("Pages migrated (\(origin)): \(run.counters.pagesMigrated)")
        let numbers = run.machine.layout.nodeNumbers
        var rows: [[String]] = []
        for source in numbers.indices {
            for target in numbers.indices where run.faults.movedPages[source * numbers.count + target] > 0 {
                let pages = run.faults.movedPages[source * numbers.count + target]
                rows.append(["\(numbers[source])", "\(numbers[target])", "\(pages)"])
            }
        }
        if run.faults.movedPagesFromUnknown > 0 { rows.append(["?", "", "\(run.faults.movedPagesFromUnknown)"]) }
        if !rows.isEmpty {
            text.table([.init("FROM", .trailing), .init("TO", .trailing), .init("PAGES", .trailing)], rows)
        }
        if !run.tells(.failed) {
            text.line(
                "  how many pages the kernel failed to move is not known: the blind drive takes its decisions as done")
        } else if run.counters.pagesFailed > 0 {
            text.line("  \(run.counters.pagesFailed) pages could not be moved")
        }
        guard run.pages.migrations > 0 else { return }
        let bound = run.pages.evictions > 0 ? "at least " : ""
        text.line(
            "  ping-pong: \(bound)\(run.pages.bounces) of \(run.pages.migrations) moves went back to the node the page had "
                + "last left; \(bound)\(run.pages.movedAgain) pages moved more than once")
        let worst = run.pages.worst(Self.listedPages)
        guard !worst.isEmpty else { return }
        text.table(
            [
                .init("ADDRESS"), .init("SPACE OF", .trailing), .init("MOVES", .trailing), .init("BOUNCES", .trailing),
                .init("LAST MOVE"), .init("BY", .trailing), .init("BEFORE BY", .trailing),
            ],
            worst.map { page in
                [
                    "0x" + String(page.address, radix: 16), "\(page.space)", "\(page.moves)", "\(page.bounces)",
                    "\(page.lastSource) to \(page.lastTarget)", "\(page.lastTID)", "\(page.previousTID)",
                ]
            })
    }

    private func scanSection(_ text: inout Text) {
        let scans = run.scans
        text.title("Scanning: \(scans.attempts) attempts, \(scans.scans) scans")
        guard scans.attempts + scans.ranges > 0 else { return }
        text.line(
            "  \(scans.ranges) ranges, \(scans.rangeBytes >> 20) MiB walked, \(scans.updatedPages) PTEs armed; "
                + "\(String(fixed: Double(scans.nanoseconds) / 1e6, decimals: 1)) ms in all, longest "
                + "\(String(fixed: Double(scans.longestNanoseconds) / 1e6, decimals: 1)) ms (preemption included)")
        let skipped = BalancingEvent.SkipReason.allCases.enumerated().filter { scans.skipped[$0.offset] > 0 }
        if !skipped.isEmpty {
            text.line(
                "  VMAs passed by: "
                    + skipped.map { "\(Self.name($0.element)) \(scans.skipped[$0.offset])" }.joined(separator: ", "))
        }
    }

    private func taskSection(_ text: inout Text) {
        let tasks = run.tasks.tasks.filter { $0.faults > 0 }.sorted { ($1.faults, $0.tid) < ($0.faults, $1.tid) }
        text.title("Tasks that faulted: \(tasks.count)")
        guard !tasks.isEmpty else { return }
        text.table(
            [
                .init("TID", .trailing), .init("FAULTS", .trailing), .init("REMOTE", .trailing),
                .init("MIGRATED", .trailing), .init("WRONG", .trailing), .init("PREFERRED", .trailing),
                .init("GROUP", .trailing), .init("SEQ", .trailing), .init("PERIOD ms", .trailing),
                .init("LEDGER private,shared by node", isFlexible: true, minimumWidth: 12),
            ],
            tasks.prefix(Self.listedTasks).map { task in
                [
                    "\(task.tid)", "\(task.faults)", "\(task.remoteFaults)", "\(task.migratedPages)",
                    "\(task.wrongDecisions)", task.ledger.map { "\($0.preferredNode)" } ?? "-",
                    task.ledger.map { "\($0.groupID)" } ?? "-", task.ledger.map { "\($0.scanSequence)" } ?? "-",
                    task.ledger.map { "\($0.scanPeriodMilliseconds)" } ?? "-",
                    task.ledger.map { ledger in
                        ledger.nodes.map { "\($0.privateFaults),\($0.sharedFaults)" }.joined(separator: " ")
                    } ?? "",
                ]
            })
        if tasks.count > Self.listedTasks {
            text.line("  and \(tasks.count - Self.listedTasks) more; --json lists them, with their ledgers over time")
        }
        if run.tasks.otherFaults > 0 {
            text.line("  \(run.tasks.otherFaults) faults of tasks beyond the \(TaskFigures.taskLimit) that are kept")
        }
    }

    private func groupSection(_ text: inout Text) {
        guard run.counters.groupsCreated > 0 else { return }
        text.title(
            "Groups: \(run.counters.groupsCreated) created, \(run.counters.joins) joins, \(run.groups.count) at the end"
        )
        guard !run.groups.isEmpty else { return }
        text.table(
            [
                .init("GROUP", .trailing), .init("TASKS", .trailing), .init("ACTIVE NODES", .trailing),
                .init("FAULTS", .trailing), .init("", isFlexible: true),
            ],
            run.groups.prefix(Self.listedTasks).map { group in
                [
                    "\(group.groupID)", "\(group.members.count)", "\(group.activeNodes)", "\(group.totalFaults)",
                    group.isUncertain ? "membership uncertain" : "",
                ]
            })
    }

    private func checkSection(_ text: inout Text) {
        let identities = run.vmstat.identities
        text.title("Against /proc/vmstat" + (identities.isEmpty ? ": no two marks to compare" : ""))
        guard !identities.isEmpty else { return }
        text.table(
            [
                .init("COUNTER"), .init("KERNEL", .trailing), .init("TRACE", .trailing), .init(""),
                .init("", isFlexible: true),
            ],
            identities.map {
                [$0.counter, "\($0.kernel)", "\($0.trace)", $0.holds ? "equal" : "differs", $0.meaning]
            })
    }

    private func diagnosticsSection(_ text: inout Text) {
        let form = diagnostics.form?.rawValue ?? "no events"
        let unit = diagnostics.form == .traceDat ? "records" : "lines"
        text.title("Trace: \(diagnostics.lines) \(unit), \(diagnostics.bytes) bytes, \(form)")
        for kind in TraceDiagnostics.Problem.Kind.allCases where diagnostics.count(of: kind) > 0 {
            let places = diagnostics.problems.filter { $0.kind == kind }.prefix(3)
                .map { $0.line > 0 ? "line \($0.line) (byte \($0.byteOffset))" : "byte \($0.byteOffset)" }
                .joined(separator: ", ")
            text.line("  \(kind.rawValue): \(diagnostics.count(of: kind)); \(places)")
        }
        if !diagnostics.unknownEvents.isEmpty {
            let names = diagnostics.unknownEvents.prefix(8).map { "\($0.name.terminalSafe) \($0.count)" }
            text.line("  events of no use here: " + names.joined(separator: ", "))
        }
        if diagnostics.longestGapNanoseconds >= 1_000_000_000, diagnostics.firstStamp?.isCounter == false {
            let seconds = String(fixed: Double(diagnostics.longestGapNanoseconds) / 1e9, decimals: 1)
            let place = diagnostics.longestGapLine > 0 ? ", before line \(diagnostics.longestGapLine)" : ""
            text.line("  longest silence \(seconds) s\(place)")
        }
    }

    // MARK: Words

    private static func score(_ score: LedgerAgreement.Score) -> String {
        "\(score.right)/\(score.total)"
    }

    private static func share(_ score: LedgerAgreement.Score) -> String {
        guard let share = score.share else { return "-" }
        // Rounding must not turn a miss into 100 %.
        let percent = score.right == score.total ? 100 : min(share * 100, 99.9999)
        return String(fixed: percent, decimals: 4) + " %"
    }

    static func name(_ reason: BalancingEvent.SkipReason) -> String {
        switch reason {
        case .unsuitable: "unsuitable"
        case .sharedReadOnly: "shared_ro"
        case .inaccessible: "inaccessible"
        case .scanDelay: "scan_delay"
        case .pidInactive: "pid_inactive"
        case .ignorePID: "ignore_pid_inactive"
        case .sequenceCompleted: "seq_completed"
        case .unknown: "unknown"
        }
    }
}
