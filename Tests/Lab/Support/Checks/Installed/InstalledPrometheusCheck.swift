/// Debian's Prometheus with the shipped rules scrapes the port that systemd opens, and tells of a node that is full.
package struct InstalledPrometheusCheck: InstalledCheck {
    package let name = "installed-prometheus"
    package let summary =
        "the port for metrics serves them and nothing else; Prometheus scrapes it by the shipped rules, and a node that is "
        + "filled fires its alert"

    package init() {}

    package let step: GuestStep? = InstalledSteps.prometheus

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        topology.nodes.count { $0.memoryMiB > 0 } > 1 ? nil : "there is no other node with room"
    }

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect("port", status: 0)
        try recording.expect("port-metrics", says: "200 OK", "\nnumawatch_build_info{")
        try recording.expect("port-other-path", says: "404 Not Found")
        try recording.expect("port-other-path", neverSays: "hint_faults")

        try recording.expect("scraped", says: #""__name__":"up""#, #""job":"numawatch""#)
        let rules = try recording.text("rules").split(separator: #""health":""#).dropFirst()
        let healthy = rules.count { $0.hasPrefix("ok") }
        recording.expect(
            rules.count > 20 && healthy == rules.count, "\(healthy) of \(rules.count) rules were evaluated")
        let recorded = try recording.text("recorded")
        recording.expect(
            recorded.contains(#""numa_node":"0""#) && recorded.contains(#""numa_node":"1""#),
            "nothing is recorded of both nodes: \(recorded)")

        // Nothing before the fault, the alert of the node that is filled while it is, nothing after.
        for name in ["alert-before", "alert-after"] {
            try recording.expect(name, says: #""result":[]"#)
        }
        try recording.expect("filled", status: 0)
        try recording.expect(
            "alert", says: #""alertname":"NumawatchNodeFull""#, #""alertstate":"firing""#, #""numa_node":"1""#)
        try recording.expect("alert", neverSays: #""numa_node":"0""#)
        return "\(healthy) rules, an alert for a node that was filled"
    }
}
