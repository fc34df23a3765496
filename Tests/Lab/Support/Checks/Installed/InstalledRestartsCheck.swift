/// Restarts by hand are never refused.
package struct InstalledRestartsCheck: InstalledCheck {
    package let name = "installed-restarts"
    package let summary = "it is restarted ten times in a minute, and the socket stays"

    package init() {}

    package let step: GuestStep? = InstalledSteps.restarts

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        let count = try recording.lines("restarts").count
        recording.expect(count == 10, "\(count) of 10 restarts succeeded")
        try recording.expect("restart-answer", status: 0)
        try recording.expect("restart-state", status: 0)
        let times = try recording.text("restart-times").split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
        let seconds = (times.last ?? 0) - (times.first ?? 0)
        return "10 restarts in \(Int(seconds)) s of an emulated machine"
    }
}
