/// A reload puts a good configuration in force, and fails for a bad one without harm.
package struct InstalledReloadCheck: InstalledCheck {
    package let name = "installed-reload"
    package let summary = "a reload puts a good configuration in force; for a bad one it fails, and the daemon goes on"

    package init() {}

    package let step: GuestStep? = InstalledSteps.reload

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect("reload-good", status: 0)
        try recording.expect("journal-reload", says: "Configuration read again: Level=debug (was info)")
        for name in ["reload-bad", "reload-other"] {
            let status = try recording.status(name)
            recording.expect(status != 0, "\(name): a configuration that is refused is reloaded with status 0")
        }
        try recording.expect("journal-reload", says: "10-lab.conf:2:7: Level=loud", "other.conf:2:7: Level=loud")
        try recording.expect("reload-answer", status: 0)
        try recording.expect(pids: "reload-pids", areEqual: true)
        return "a good file, a bad one, a bad one of another name"
    }
}
