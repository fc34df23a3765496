/// The Debian package's end: an upgrade over what runs, a removal, a purge.
package struct InstalledPackageCheck: InstalledCheck {
    package let name = "installed-package"
    package let summary =
        "the Debian package upgraded while it runs starts the new daemon and keeps what was changed; purged it leaves nothing"

    package init() {}

    package let step: GuestStep? = InstalledSteps.package
    package let installation: LabTopology.Installation? = .debianPackage

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect("package-upgrade", status: 0)
        try recording.expect(pids: "package-pids", areEqual: false)
        try recording.expect("package-version", says: "+newer")
        let configuration = try recording.text("package-conf")
        recording.expect(configuration == "[Log]\nLevel=debug\n", "the configuration became \(configuration)")
        try recording.expect("package-upgraded", status: 0)
        // Enabled by hand before, as the unit for the port is shipped disabled.
        try recording.expect("package-port", says: "200 OK", "\nnumawatch_build_info{")
        try recording.expect("package-enabled", status: 0)

        try recording.expect("package-remove", status: 0)
        let states = Set(try recording.lines("package-removed-state"))
        recording.expect(states.isDisjoint(with: ["active", "activating", "failed"]), "removed, units are \(states)")
        try recording.expect("package-kept", says: "numawatchd.conf\n", "numawatchd.conf.d\n")
        try recording.expect("package-purge", status: 0)
        for name in ["files", "accounts", "units", "processes"] {
            let left = try recording.lines("package-left-\(name)")
            recording.expect(left.isEmpty, "\(name) left after a purge: \(left.joined(separator: ", "))")
        }
        return "another daemon, the same configuration; a removal, a purge"
    }
}
