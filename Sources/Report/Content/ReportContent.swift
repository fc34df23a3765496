package import Comparison
package import Drawing
package import Snapshots

/// What a report shows: each part, or why it is not there. A page is made of it and of nothing else.
package struct ReportContent: Sendable {
    /// A fact of the head: `Kernel`, `6.12.117`.
    package struct Fact: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An event as the page lists it.
    package struct Event: Sendable, Equatable {
        /// Seconds since 1970.
        package var seconds: UInt64
        package var severity: ObservedEvent.Severity?
        package var message: String

        package init(seconds: UInt64, severity: ObservedEvent.Severity?, message: String) {
            self.seconds = seconds
            self.severity = severity
            self.message = message
        }
    }

    /// `db7`, or a recording's name.
    package var subject: String
    package var facts: [Fact]
    /// What is to be known before anything is read.
    package var notes: [String]
    package var cards: ReportPart<[VerdictCardContent]>
    /// All that was judged, in a line each.
    package var verdictTable: ReportTable?
    package var machine: ReportPart<MachineShape>
    package var heatMap: ReportPart<HeatMap>
    package var flows: ReportPart<[NodeFlow]>
    package var shares: ReportPart<[GroupShares]>
    package var curves: ReportPart<[LocalityCurve]>
    package var domains: ReportPart<DomainsContent>
    package var rules: ReportPart<[RuleCount]>
    package var bouncing: ReportPart<[BouncingPage]>
    package var events: ReportPart<[Event]>
    package var cost: ReportPart<ReportTable>
    package var settings: ReportPart<[HostSetting]>
    package var sources: ReportPart<[SourceStatus]>
    /// The figures for `numawatch compare`; absent without history.
    package var side: ComparisonSide?

    /// - Parameter absence: What is said of each part until it is set.
    package init(subject: String, absence: String) {
        self.subject = subject
        facts = []
        notes = []
        cards = .absent(absence)
        machine = .absent(absence)
        heatMap = .absent(absence)
        flows = .absent(absence)
        shares = .absent(absence)
        curves = .absent(absence)
        domains = .absent(absence)
        rules = .absent(absence)
        bouncing = .absent(absence)
        events = .absent(absence)
        cost = .absent(absence)
        settings = .absent(absence)
        sources = .absent(absence)
    }
}

/// The domains as they are drawn, and as text: the alternative to the picture.
package struct DomainsContent: Sendable {
    package var picture: Picture
    package var text: String

    package init(picture: Picture, text: String) {
        self.picture = picture
        self.text = text
    }
}
