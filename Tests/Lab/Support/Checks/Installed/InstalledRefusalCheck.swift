/// A configuration that is refused, and requests meanwhile, lock nobody out.
package struct InstalledRefusalCheck: InstalledCheck {
    package let name = "installed-refusal"
    package let summary =
        "a refused configuration and twelve requests leave the socket; once it is right, the next request is answered"

    package init() {}

    package let step: GuestStep? = InstalledSteps.refusal

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        let restart = try recording.status("refused-restart")
        recording.expect(restart != 0, "a restart with a configuration that is refused succeeds")
        for request in 1...12 {
            try recording.expect("refused-request-\(request)", status: 69)
            try recording.expect("refused-request-\(request)", says: "numawatchd --check-config")
        }
        try recording.expect("refused-socket", status: 0)
        try recording.expect("refused-check", status: 78)
        try recording.expect("refused-check", says: "10-lab.conf:2:7: Level=loud")
        try recording.expect("journal-refused", neverSays: "Start request repeated too quickly")
        try recording.expect("refused-mended", status: 0)
        try recording.expect("refused-state", status: 0)
        let starts = try recording.lines("journal-refused").count { $0.contains("Level=loud") }
        // One for the restart, one at most for each request: a request that stays in the queue would start it for ever.
        recording.expect((2...13).contains(starts), "the daemon was started \(starts) times for 12 requests")
        return "\(starts) starts for a restart and 12 requests"
    }
}
