/// Installed on a Debian that has the packages the README names, it starts as the README says, answers those it should, and
/// says no more than it has to.
package struct InstalledStartCheck: InstalledCheck {
    package let name = "installed-start"
    package let summary =
        "on Debian with the packages the README names it starts as the README says; its group is answered, others are not"

    package init() {}

    package let step: GuestStep? = nil

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        let packages = try recording.lines("packages")
        recording.expect(packages.count > 50, "only \(packages.count) packages are installed")
        for name in try PackageTable.names(in: ["runtime-tracing"]) {
            recording.expect(
                !packages.contains { $0 == name }, "\(name) is installed: nothing could be told of its absence")
        }
        try recording.expect("start", status: 0)
        try recording.expect(
            "state", says: "ActiveState=active\n", "SubState=running\n", "User=numawatch\n", "NRestarts=0\n")
        try recording.expect("enabled", status: 0)
        let others = try recording.lines("not-enabled")
        recording.expect(others == ["disabled", "disabled"], "the port for metrics and the iterator are \(others)")
        try recording.expect("as-root", status: 0)
        try recording.expect("as-alice", status: 0)
        try recording.expect("as-alice", says: "Balancing")
        try recording.expect("as-bob", status: 77)
        try recording.expect("doctor", says: "numawatchd.service.d/tracing.conf")
        try recording.expect("exposure", says: "Overall exposure level")
        let exposure = try recording.text("exposure").split(separator: "level for numawatchd.service: ").last
            .flatMap { Double($0.prefix { $0 != " " }) }
        recording.expect((exposure ?? 10) <= 1.0, "the exposure is \(exposure.map { "\($0)" } ?? "not said")")
        try recording.expect("journal-start", says: "Ready: ", "sources cannot be read: ")
        try recording.expect(
            "journal-start", neverSays: "Failed to set thread priority", "cannot be read (", "Fatal error")
        let resident =
            try recording.lines("memory").first { $0.hasPrefix("VmRSS:") }
            .flatMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } } ?? 0
        return "\(packages.count) packages, exposure \(exposure ?? 10), \(resident / 1024) MiB resident"
    }
}
