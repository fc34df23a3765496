/// The Debian package, from its installation to its end.
package struct InstalledPackageCheck: InstalledCheck {
    package let name = "installed-package"
    package let summary =
        "the Debian package starts, its group is answered, journalctl -x explains, an upgrade keeps what was changed, a purge "
        + "leaves nothing"

    package init() {}

    package let step = InstalledSteps.package

    /// Alone: the others begin with an installation of their own.
    package func steps(for topology: LabTopology) -> [GuestStep] { [step] }

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try judgeStart(&recording)
        try judgePort(&recording)
        try judgeUpgrade(&recording)
        try judgePurge(&recording)
        let entries = try recording.lines("package-entries").count
        return "installed, \(entries) entries of the journal, the port, an upgrade, a purge"
    }

    private func judgeStart(_ recording: inout InstalledRecording) throws(LabFailure) {
        try recording.expect("package-install", status: 0)
        try recording.expect(
            "package-state", says: "ActiveState=active\n", "SubState=running\n", "User=numawatch\n", "NRestarts=0\n")
        try recording.expect("package-enabled", status: 0)
        let off = try recording.lines("package-disabled")
        recording.expect(off == ["disabled", "disabled"], "the port and the iterator are \(off)")
        try recording.expect("package-before-member", status: 77)
        try recording.expect("package-member", status: 0)
        try recording.expect("package-member", says: "Balancing")
        // What the catalogue has of the first events of a start.
        try recording.expect(
            "package-journal", says: "Subject: Everything runs and the socket answers",
            "Subject: A socket was taken over from systemd", "Documentation: man:numawatch-events(7)")
    }

    private func judgePort(_ recording: inout InstalledRecording) throws(LabFailure) {
        try recording.expect("package-port", status: 0)
        for name in ["package-metrics", "package-port-kept"] {
            try recording.expect(name, says: "200 OK", "\nnumawatch_build_info{")
        }
        try recording.expect("package-other-path", says: "404 Not Found")
        try recording.expect("package-other-path", neverSays: "hint_faults")
    }

    private func judgeUpgrade(_ recording: inout InstalledRecording) throws(LabFailure) {
        try recording.expect("package-upgrade", status: 0)
        try recording.expect(pids: "package-pids", areEqual: false)
        try recording.expect("package-version", says: "+newer")
        let configuration = try recording.text("package-conf")
        recording.expect(configuration == "[Log]\nLevel=debug\n", "the configuration became \(configuration)")
        try recording.expect("package-upgraded", status: 0)
    }

    private func judgePurge(_ recording: inout InstalledRecording) throws(LabFailure) {
        try recording.expect("package-remove", status: 0)
        let states = Set(try recording.lines("package-removed-state"))
        recording.expect(states.isDisjoint(with: ["active", "activating", "failed"]), "removed, units are \(states)")
        try recording.expect("package-kept", says: "numawatchd.conf\n")
        try recording.expect("package-purge", status: 0)
        for name in ["files", "accounts", "units", "processes"] {
            let left = try recording.lines("package-left-\(name)")
            recording.expect(left.isEmpty, "\(name) left after a purge: \(left.joined(separator: ", "))")
        }
    }
}
