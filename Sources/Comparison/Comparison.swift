/// Two sides held against each other, figure by figure.
///
/// Of a hundred figures that did not change five leave their 95 % interval by chance alone. So there are two answers for each:
/// whether its own interval holds no zero, and whether it stands out from all that were compared (Holm, Scandinavian Journal of
/// Statistics 6, 1979): the figure with the smallest probability is held against 0.01 divided by the number of figures, the next
/// against 0.01 divided by one less, and so on up to the first that fails. What stands out is a change: of a hundred comparisons
/// without one, one shows any. What only leaves its interval may be one.
///
/// The user's own figures are what the comparison is made for. They were named before it was made, so they are held against
/// 0.05, among their kind, and not among all that numawatch happens to know.
///
/// Example: four figures with the probabilities 0.001, 0.004, 0.03, 0.6. The limits are 0.0025, 0.0033, 0.005, 0.01: the first
/// stands out, the second fails, and with it all that follow; the second and third are outside of their intervals.
package struct Comparison: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var subject: ComparisonSide.Subject
        package var name: String
        package var unit: ComparedUnit
        /// Absent where that side does not know it.
        package var before: MeanEstimate?
        package var after: MeanEstimate?
        /// Absent where one side is, or has too few blocks.
        package var difference: MeanDifference?
        package var finding: Finding
    }

    /// What a row says.
    package enum Finding: String, Sendable, CaseIterable {
        /// It rose, or fell, and stands out from all that were compared.
        case rose, fell
        /// Its own interval holds no zero, but of so many figures some leave theirs by chance.
        case perhaps
        /// No change that could be told from chance.
        case same
        /// Too little is known of one side.
        case unknown
    }

    package struct SettingDifference: Sendable, Equatable {
        package var name: String
        /// Absent where that side does not know it.
        package var before: String?
        package var after: String?

        package init(name: String, before: String?, after: String?) {
            self.name = name
            self.before = before
            self.after = after
        }
    }

    package var before: ComparisonSide
    package var after: ComparisonSide
    package var rows: [Row]
    package var settings: [SettingDifference]

    package init(_ before: ComparisonSide, _ after: ComparisonSide) {
        self.before = before
        self.after = after
        var rows = before.figures.map { figure in
            Self.row(figure, figure.estimate, after.figure(figure.subject, figure.name)?.estimate)
        }
        for figure in after.figures where before.figure(figure.subject, figure.name) == nil {
            rows.append(Self.row(figure, nil, figure.estimate))
        }
        let own = rows.indices.filter { rows[$0].subject.kind == "metric" }
        let others = rows.indices.filter { rows[$0].subject.kind != "metric" }
        Self.judge(&rows, own, limit: 0.05)
        Self.judge(&rows, others, limit: 0.01)
        self.rows = rows
        let names = Set(before.settings.keys).union(after.settings.keys)
        settings = names.sorted().compactMap { name in
            let (one, other) = (before.settings[name], after.settings[name])
            return one == other ? nil : SettingDifference(name: name, before: one, after: other)
        }
    }

    private static func row(
        _ figure: ComparisonSide.Figure, _ before: MeanEstimate?, _ after: MeanEstimate?
    ) -> Row {
        var difference: MeanDifference?
        if let before, let after { difference = MeanDifference(from: before, to: after) }
        return Row(
            subject: figure.subject, name: figure.name, unit: figure.unit, before: before, after: after,
            difference: difference, finding: .unknown)
    }

    private static func judge(_ rows: inout [Row], _ family: [Int], limit: Double) {
        let known = family.filter { rows[$0].difference != nil }.sorted {
            (rows[$0].difference?.probability ?? 1) < (rows[$1].difference?.probability ?? 1)
        }
        var standsOut = true
        for (place, index) in known.enumerated() {
            guard let difference = rows[index].difference else { continue }
            standsOut = standsOut && difference.probability <= limit / Double(known.count - place)
            if standsOut {
                rows[index].finding = difference.value > 0 ? .rose : .fell
            } else {
                rows[index].finding = difference.excludesZero ? .perhaps : .same
            }
        }
    }

    /// The verdict that held most of the time, with its share, on each side; for whom there is one on either.
    package var verdicts:
        [(subject: ComparisonSide.Subject, before: ComparisonSide.VerdictShare?, after: ComparisonSide.VerdictShare?)]
    {
        var subjects: [ComparisonSide.Subject] = []
        for share in before.verdicts + after.verdicts where !subjects.contains(share.subject) {
            subjects.append(share.subject)
        }
        return subjects.map { ($0, before.mainVerdict($0), after.mainVerdict($0)) }
    }

    package func row(_ subject: ComparisonSide.Subject, _ name: String) -> Row? {
        rows.first { $0.subject == subject && $0.name == name }
    }
}

extension ComparisonSide {
    package func figure(_ subject: Subject, _ name: String) -> Figure? {
        figures.first { $0.subject == subject && $0.name == name }
    }

    package func mainVerdict(_ subject: Subject) -> VerdictShare? {
        verdicts.filter { $0.subject == subject }.max { $0.share < $1.share }
    }
}
