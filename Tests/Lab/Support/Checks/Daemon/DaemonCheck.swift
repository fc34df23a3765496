/// How the daemon stands after it was started as its unit starts it, and that it ends as it should.
package struct DaemonCheck: LabCheck {
    package let name = "daemon"
    package let summary =
        "started through a passed socket as its own user with one capability; others are refused; it ends cleanly"

    package init() {}

    package func steps(for topology: LabTopology) -> [GuestStep] { [DaemonSteps.start, DaemonSteps.end] }

    /// `CAP_SYS_PTRACE`, the unit's one capability: bit 19.
    private static let capabilities = "0000000000080000"

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        for step in [DaemonSteps.start, DaemonSteps.end] {
            guard let outcome = result.step(step.name) else {
                throw LabFailure("judge", "the step \(step.name) did not run")
            }
            guard outcome.status == 0 else { throw LabFailure("run the daemon", outcome.summary) }
        }
        func text(_ path: String) -> String { String(decoding: result.file("daemon/\(path)") ?? [], as: UTF8.self) }
        var problems: [String] = []
        func expect(_ what: String, _ found: String, _ expected: String) {
            if found != expected { problems.append("\(what): \(found), not \(expected)") }
        }
        expect("the socket", text("socket"), "660 root numawatch\n")
        var status: [String: String] = [:]
        for line in text("status").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            if parts.count == 2 { status[parts[0]] = parts[1].split { " \t".contains($0) }.joined(separator: " ") }
        }
        expect("users", status["Uid"] ?? "", "990 990 990 990")
        expect("groups", status["Gid"] ?? "", "990 990 990 990")
        expect("further groups", status["Groups"] ?? "", "")
        for kind in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            expect(kind, status[kind] ?? "", Self.capabilities)
        }
        expect("NoNewPrivs", status["NoNewPrivs"] ?? "", "1")
        expect("an answer to root", text("answer-root"), "200")
        // 000: curl could not connect, as the file's mode says.
        expect("an answer to another user", text("answer-nobody"), "000")
        expect("an answer to the group", text("answer-group"), "200")
        expect("its exit status", text("exit-status"), "0\n")
        let log = text("log")
        for word in ["Ready:", "Listening at the socket systemd passed"] where !log.contains(word) {
            problems.append("the log does not say “\(word)”:\n\(log)")
        }
        for line in log.split(separator: "\n") where line.contains("Fatal error") || line.contains("Crash") {
            problems.append("the log: \(line)")
        }
        return CheckVerdict(compared: "socket, user, capabilities, access, end", problems: problems)
    }
}
