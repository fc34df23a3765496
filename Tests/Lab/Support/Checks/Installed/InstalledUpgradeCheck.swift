/// "make install" over a running daemon.
package struct InstalledUpgradeCheck: InstalledCheck {
    package let name = "installed-upgrade"
    package let summary =
        "installed over itself while it runs, the printed steps start the new program; a changed file stays"

    package init() {}

    package let step: GuestStep? = InstalledSteps.upgrade
    package let installation: LabTopology.Installation? = .files

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect("upgrade", status: 0)
        try recording.expect("upgrade-start", status: 0)
        try recording.expect(pids: "upgrade-pids", areEqual: false)
        // Else nothing was replaced, and the rest says nothing.
        try recording.expect("upgrade-exe-before", says: "/usr/bin/numawatchd (deleted)")
        let program = try recording.lines("upgrade-exe")
        recording.expect(program == ["/usr/bin/numawatchd"], "the process runs \(program)")
        try recording.expect("upgrade-answer", status: 0)
        try recording.expect("upgrade-conf", says: "[Log]\nLevel=debug\n")
        return "the new program runs, the changed configuration stays"
    }
}

/// "make uninstall" leaves nothing.
package struct InstalledRemovalCheck: InstalledCheck {
    package let name = "installed-removal"
    package let summary = "uninstalling is refused while it runs, and leaves no file, unit, process, instance or probe"

    package init() {}

    package let step: GuestStep? = InstalledSteps.removal
    package let installation: LabTopology.Installation? = .files

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect("uninstall-running", status: 1)
        try recording.expect("uninstall-stop", status: 0)
        try recording.expect("uninstall", status: 0)
        for name in ["left-files", "left-units", "left-processes", "left-instances", "left-probes"] {
            let left = try recording.lines(name).filter { name != "left-instances" || $0.contains("numawatch") }
                .filter { name != "left-probes" || $0.contains("numawatch") }
            recording.expect(left.isEmpty, "\(name): \(left.joined(separator: ", "))")
        }
        return "files, units, processes, instances, probes"
    }
}
