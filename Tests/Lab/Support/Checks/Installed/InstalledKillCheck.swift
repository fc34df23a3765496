/// Killed, it comes back.
package struct InstalledKillCheck: InstalledCheck {
    package let name = "installed-kill"
    package let summary = "killed with SIGKILL it comes back and answers"

    package init() {}

    package let step: GuestStep? = InstalledSteps.kill

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect(pids: "killed-pids", areEqual: false)
        try recording.expect("killed-answer", status: 0)
        try recording.expect("killed-state", status: 0)
        return "another process, the same socket"
    }
}

/// Stopped, it is noticed by the watchdog and started anew.
package struct InstalledWatchdogCheck: InstalledCheck {
    package let name = "installed-watchdog"
    package let summary = "stopped with SIGSTOP it is ended by the watchdog and started anew"

    package init() {}

    package let step: GuestStep? = InstalledSteps.watchdog

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect(pids: "watchdog-pids", areEqual: false)
        try recording.expect("watchdog-answer", status: 0)
        try recording.expect("journal-watchdog", says: "Watchdog timeout")
        return "another process, by the watchdog"
    }
}
