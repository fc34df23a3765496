/// The journal explains what the daemon wrote.
package struct InstalledJournalCheck: InstalledCheck {
    package let name = "installed-journal"
    package let summary = "journalctl -x explains each kind of event there was, and the catalogue has all there are"

    package init() {}

    package let step: GuestStep? = InstalledSteps.journal

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        let listed = try recording.lines("catalogue").count { $0.contains(" numawatch: ") }
        let documented = try recording.lines("documented-events").count
        recording.expect(
            listed == documented && documented > 20,
            "the catalogue has \(listed) entries, docs/events.md \(documented)")
        let kinds = try recording.lines("events")
        for kind in ["started", "ready"] {
            recording.expect(kinds.contains { $0 == kind }, "the journal has no event \(kind): \(kinds)")
        }
        for kind in kinds {
            try recording.expect("event-\(kind)", says: "Subject: ", "Documentation: man:numawatch-events(7)")
        }
        return "\(kinds.count) kinds of events explained, \(listed) in the catalogue"
    }
}
