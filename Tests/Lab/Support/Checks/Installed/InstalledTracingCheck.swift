/// Tracing under the shipped unit with its drop-in: docs/tracing.md to the letter.
package struct InstalledTracingCheck: InstalledCheck {
    package let name = "installed-tracing"
    package let summary =
        "docs/tracing.md to the letter: what is missing is named, then every decision is seen and right, and nothing is left"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        topology.nodes.count { $0.memoryMiB > 0 } > 1 ? nil : "only one node has memory"
    }

    package let step: GuestStep? = InstalledSteps.tracing

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect("tracing-start", status: 0)
        // Without its packages: asked for and not had.
        let without = try tracingLines(recording, "tracing-doctor-without")
        recording.expect(without.first?.hasPrefix("NO") == true, "doctor without the packages: \(without)")
        recording.expect(
            without.contains { $0.contains("install the Debian package libtrace") },
            "doctor names no package: \(without)")
        try recording.expect("tracing-packages", status: 0)
        try recording.expect("tracing-restart", status: 0)
        let with = try tracingLines(recording, "tracing-doctor")
        recording.expect(with.first?.hasPrefix("ok") == true, "doctor with the packages: \(with)")
        recording.expect(with.first?.contains("level full") == true, "the level is not full: \(with)")
        try recording.expect("tracing-status", says: "level full")

        let before = TraceFigures(try recording.text("tracing-before"))
        let after = TraceFigures(try recording.text("tracing-after"))
        let seen = after.growth("numawatch_trace_placed_faults_total", since: before)
        let kernel = try hints(recording, "vmstat-after") - hints(recording, "vmstat-before")
        recording.expect(seen == kernel, "the kernel counted \(kernel) hint faults, the daemon \(seen)")
        for name in ["lost_events", "missed_probe_hits", "sheds"] {
            let count = after.sum("numawatch_trace_\(name)_total")
            recording.expect(count == 0, "\(name): \(count)")
        }
        let (all, remote) = (after.decisions("all"), after.decisions("remote"))
        recording.expect(
            seen >= 1000 && remote.total >= 50,
            "only \(seen) faults, \(remote.total) of them remote: nothing to judge by")
        for (what, score) in [("all", all), ("remote", remote)] {
            recording.expect(score.share >= TracingCheck.leastShare, "\(what): \(score) decisions were predicted")
        }

        let again = try tracingLines(recording, "tracing-again")
        recording.expect(again.first?.hasPrefix("ok") == true, "killed, it does not trace again: \(again)")
        try recording.expect("tracing-instances", says: "numawatch")
        try recording.expect("tracing-off", status: 0)
        for name in ["tracing-instances-off", "tracing-probes-off"] {
            try recording.expect(name, neverSays: "numawatch")
        }
        return "\(seen) faults, \(all) decisions right, \(remote) remote"
    }

    /// What the doctor says of tracing: its line and those below it.
    private func tracingLines(_ recording: InstalledRecording, _ name: String) throws(LabFailure) -> [Substring] {
        let lines = try recording.lines(name)
        guard
            let first = lines.firstIndex(where: { line in
                line.split(separator: " ").dropFirst().first == "tracing"
            })
        else { return [] }
        let rest = lines[lines.index(after: first)...].prefix { $0.hasPrefix("  ") }
        return [lines[first]] + rest
    }

    private func hints(_ recording: InstalledRecording, _ name: String) throws(LabFailure) -> UInt64 {
        let line = try recording.lines(name).first { $0.hasPrefix("numa_hint_faults ") }
        guard let value = line?.split(separator: " ").last.flatMap({ UInt64($0) }) else {
            throw LabFailure("judge the trace", "the guest's vmstat has no numa_hint_faults")
        }
        return value
    }
}
