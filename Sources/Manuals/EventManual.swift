import DaemonRuntime

/// The events, for people: numawatch-events(7), the journal's catalogue, and the table of `docs/events.md`.
package enum EventManual {
    static var page: ManualPage {
        var page = ManualPage("numawatch-events", section: 7, "events of numawatchd in the journal and on its socket")
        page.add(
            .section("DESCRIPTION"),
            .paragraph(
                "Each kind of event has a MESSAGE_ID of its own that never changes, and the field NUMAWATCH_EVENT with "
                    + "its name. journalctl -x explains each in place."),
            .example(
                "journalctl -x -u numawatchd\njournalctl -u numawatchd MESSAGE_ID=\(DaemonEvent.sourceMissing.messageID)"
            ),
            .paragraph(
                "Events of level notice and above are lines of JSON on the socket as well, see /v1/events in "
                    + "numawatch-api(7)."), .section("EVENTS"))
        for event in DaemonEvent.allCases {
            let explanation = event.explanation
            page.add(
                .term(
                    event.rawValue,
                    "\(explanation.meaning) \(explanation.advice) Level: \(event.level). MESSAGE_ID: \(event.messageID)."
                ))
        }
        page.seeAlso(ManualFiles.references)
        return page
    }

    /// What `journalctl -x` shows: a file of the journal's catalogue (`systemd.journal-fields(7)`, `MESSAGE_ID`).
    package static var journalCatalogue: String {
        var text = "# Made by numawatch-manuals from the table of events.\n"
        for event in DaemonEvent.allCases {
            let explanation = event.explanation
            text += """

                -- \(event.messageID)
                Subject: \(explanation.meaning.prefix { $0 != ":" && $0 != ";" }.trimmingFullStop)
                Defined-By: numawatch
                Documentation: man:numawatch-events(7)

                \(ManualFiles.wrapped(explanation.meaning).joined(separator: "\n"))

                \(ManualFiles.wrapped(explanation.advice).joined(separator: "\n"))

                """
        }
        return text
    }

    /// The table of `docs/events.md`.
    package static var table: String {
        var text = "| event | level | `MESSAGE_ID` | says |\n|---|---|---|---|\n"
        for event in DaemonEvent.allCases {
            text += "| `\(event.rawValue)` | \(event.level) | `\(event.messageID)` | \(event.explanation.meaning) |\n"
        }
        return text
    }
}

extension Substring {
    fileprivate var trimmingFullStop: Substring { hasSuffix(".") ? dropLast() : self }
}
