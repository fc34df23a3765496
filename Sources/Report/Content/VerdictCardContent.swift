package import Drawing
package import Snapshots

/// A verdict in words, ready to be laid out: the card of `numawatch verdict` and that of the report are made from it.
package struct VerdictCardContent: Sendable, Equatable {
    /// A figure or a cause.
    package struct Line: Sendable, Equatable {
        /// `costs`; empty where the line goes on with the one before.
        package var label: String
        package var text: String

        package init(label: String, text: String) {
            self.label = label
            self.text = text
        }
    }

    /// Whom it is about.
    package var name: String
    /// `HURTING severely`
    package var word: String
    package var tone: Palette.Tone
    package var reason: String?
    /// `since 14:18 UTC (14 min)`
    package var since: String
    /// `confidence medium (2 of 4)`; absent where nothing can be told.
    package var confidence: String?
    package var lines: [Line]
    /// What can be done, the best first.
    package var advice: [Advice]
    /// What is not known, and what would tell it.
    package var unknown: [String]
    /// Every figure with what it rests on.
    package var evidence: ReportTable

    package init(
        name: String, word: String, tone: Palette.Tone, reason: String?, since: String, confidence: String?,
        lines: [Line], advice: [Advice], unknown: [String], evidence: ReportTable
    ) {
        self.name = name
        self.word = word
        self.tone = tone
        self.reason = reason
        self.since = since
        self.confidence = confidence
        self.lines = lines
        self.advice = advice
        self.unknown = unknown
        self.evidence = evidence
    }
}
