/// The iterator's unit under systemd: it pins, the daemon that runs already finds it, neither minds the other's restart, and
/// nothing is left when it stops.
package struct InstalledIteratorCheck: InstalledCheck {
    package let name = "installed-iterator"
    package let summary =
        "the iterator's unit pins it, the daemon uses it whichever starts first, and its stop leaves nothing"

    package init() {}

    package let step: GuestStep? = InstalledSteps.iterator

    package func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String {
        try recording.expect("iterator-before", says: "numawatch-iterator")
        for name in ["iterator-start", "iterator-replaced", "iterator-stop"] { try recording.expect(name, status: 0) }
        try recording.expect("iterator-state", says: "ActiveState=active\n", "SubState=exited\n", "Result=success\n")
        let modes = try recording.text("iterator-modes")
        recording.expect(
            modes == "drwxr-x--- root numawatch\n-r--r----- root numawatch\n",
            "modes and owners of the directory and the pin: \(modes)")
        for name in ["iterator-running", "iterator-restarted", "iterator-renewed"] {
            let line = try recording.lines(name).first { $0.contains(" iterator ") } ?? "nothing of it"
            recording.expect(line.hasPrefix("ok "), "\(name): \(line)")
        }
        let left = try recording.text("iterator-left")
        recording.expect(left.isEmpty, "after the unit stopped there is \(left)")
        try recording.expect("iterator-exposure", says: "Overall exposure level")
        try recording.expect("journal-iterator", says: "pinned /sys/fs/bpf/numawatch/tasks")
        return try recording.lines("journal-iterator").first { $0.contains("pinned") }.map(String.init) ?? ""
    }
}
