/// Faults that one rule of the kernel settled.
package struct RuleCount: Sendable, Equatable {
    /// `twoStage`
    package var rule: String
    /// What the rule says, a few words.
    package var meaning: String
    package var faults: UInt64
    /// Of these, the ones whose page was moved.
    package var moved: UInt64
    /// Decisions of it that the model told before it saw them, and all that were compared; absent where none was.
    package var predicted: UInt64?
    package var compared: UInt64?

    package init(
        rule: String, meaning: String, faults: UInt64, moved: UInt64, predicted: UInt64? = nil, compared: UInt64? = nil
    ) {
        self.rule = rule
        self.meaning = meaning
        self.faults = faults
        self.moved = moved
        self.predicted = predicted
        self.compared = compared
    }
}

/// A page that went to and fro.
package struct BouncingPage: Sendable, Equatable {
    package var address: UInt64
    /// A task that names its address space.
    package var space: Int32
    package var moves: UInt32
    /// Moves back to where it had come from.
    package var bounces: UInt32
    package var lastSource: Int32
    package var lastTarget: Int32
    /// Who moved it last, and before.
    package var lastTask: Int32
    package var previousTask: Int32

    package init(
        address: UInt64, space: Int32, moves: UInt32, bounces: UInt32, lastSource: Int32, lastTarget: Int32,
        lastTask: Int32, previousTask: Int32
    ) {
        self.address = address
        self.space = space
        self.moves = moves
        self.bounces = bounces
        self.lastSource = lastSource
        self.lastTarget = lastTarget
        self.lastTask = lastTask
        self.previousTask = previousTask
    }

    package static func table(_ pages: [BouncingPage]) -> ReportTable {
        ReportTable(
            "Pages that went to and fro most",
            columns: [
                .init("Address"), .init("Process or thread", isNumber: true), .init("Moves", isNumber: true),
                .init("Back again", isNumber: true), .init("Last move"), .init("By task", isNumber: true),
                .init("Before by", isNumber: true),
            ],
            rows: pages.map { page in
                [
                    "0x" + String(page.address, radix: 16), "\(page.space)", "\(page.moves)", "\(page.bounces)",
                    "node \(page.lastSource) → \(page.lastTarget)", "\(page.lastTask)",
                    page.previousTask == 0 ? Words.unknown : "\(page.previousTask)",
                ]
            })
    }
}
