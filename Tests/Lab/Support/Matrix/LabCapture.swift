import ArchiveFiles
import LinuxSystem
import NUMATopology
import SchedDomains
import TextOutput

/// A captured machine as an archive: what the fixtures of the unit tests are made from.
///
/// | path in the archive | what |
/// | --- | --- |
/// | `NAME/meta.json` | how the guest was made |
/// | `NAME/root/…` | its files, as `numawatch snapshot` stores them |
/// | `NAME/expected.dmesg` | what its kernel printed of its scheduling domains and groups |
/// | `NAME/trace.txt.gz` | where something was traced: ftrace's text, with marks |
package struct LabCapture: Sendable {
    package var topology: LabTopology
    package var kernel: KernelPackage
    /// Shell words to trace: `numawatch-workload shared`. Nil: nothing is traced.
    package var workload: String?
    /// When the workload is stopped.
    package var workloadSeconds: Int

    package init(topology: LabTopology, kernel: KernelPackage, workload: String? = nil, workloadSeconds: Int = 60) {
        self.topology = topology
        if workload != nil {
            // The trace is held in the guest's memory until its end, 24 MiB for each CPU, and then packed there.
            for node in topology.nodes.indices where topology.nodes[node].memoryMiB > 0 {
                self.topology.nodes[node].memoryMiB = max(Self.tracedMemoryMiB, topology.nodes[node].memoryMiB)
            }
        }
        self.kernel = kernel
        self.workload = workload
        self.workloadSeconds = workloadSeconds
    }

    /// The directory in the archive, and the fixture's name.
    package var name: String { "\(workload == nil ? "" : "t-")\(topology.name)-\(kernel.series.rawValue)" }

    /// What a node that has memory has at least where there is a trace.
    private static let tracedMemoryMiB = 512

    /// Faults come often enough to see something within a minute. Scan settings are in the capture, so a replay knows.
    private static let scanSettings = """
        cd /sys/kernel/debug/sched/numa_balancing
        echo 200 > scan_period_min_ms
        echo 200 > scan_delay_ms
        cd /
        """

    /// What is done in the guest.
    package var steps: [GuestStep] {
        var steps = LabRun.preparation(topology)
        if let workload {
            steps.append(
                GuestStep(
                    "trace", deadlineSeconds: workloadSeconds * 2 + 240,
                    "\(Self.scanSettings)\ntraced \(workloadSeconds) \(workload)"))
        }
        return steps + [GuestStep("capture", deadlineSeconds: 120, "capture")]
    }

    /// Writes the archive.
    ///
    /// - Parameter path: Its name tells how it is compressed.
    /// - Throws: ``LabFailure`` where a step failed or something is missing.
    package func write(_ result: GuestResult, to path: String) throws(LabFailure) {
        for step in steps {
            guard let outcome = result.step(step.name), outcome.status == 0 else {
                throw LabFailure(
                    "capture \(topology.name)",
                    "step \(step.name): \(result.step(step.name)?.summary ?? "did not run")")
            }
        }
        do {
            let writer = try TarWriter(path: path)
            try writer.addFile("\(name)/meta.json", metadata())
            try writer.addFile("\(name)/expected.dmesg", Array(Self.domainLines(of: result.log).utf8))
            if workload != nil {
                guard let trace = result.file("trace.txt.gz") else {
                    throw LabFailure("capture \(topology.name)", "there is no trace")
                }
                try writer.addFile("\(name)/trace.txt.gz", trace)
            }
            try add("/", of: try result.root(), to: writer)
            try writer.finish()
        } catch let failure as LabFailure {
            throw failure
        } catch {
            throw LabFailure("write \(path)", "\(error)")
        }
    }

    private func add(_ directory: String, of root: DirectoryRoot, to writer: TarWriter) throws {
        for file in try root.list(directory) {
            let path = directory == "/" ? "/\(file)" : "\(directory)/\(file)"
            if let target = try? root.linkTarget(path) {
                try writer.addLink("\(name)/root\(path)", target: target)
            } else if (try? root.list(path)) != nil {
                try add(path, of: root, to: writer)
            } else {
                try writer.addFile("\(name)/root\(path)", try root.readBytes(path, limitBytes: 1 << 30))
            }
        }
    }

    /// The kernel's lines about domains, without time stamps; each rebuild's, as the kernel printed them.
    package static func domainLines(of log: String) -> String {
        log.split(separator: "\n").compactMap { line -> String? in
            // [    0.123456] text; the first blank behind the bracket is the stamp's, others are the text's.
            var text = line
            if text.first == "[", let end = text.firstIndex(of: "]") {
                text = text[text.index(after: end)...]
                if text.first == " " { text.removeFirst() }
            }
            let bare = text.drop { $0 == " " }
            let isDomain =
                (bare.hasPrefix("CPU") && text.contains("attaching")) || bare.hasPrefix("domain-")
                || bare.hasPrefix("groups:") || bare.hasPrefix("root domain span:") || bare.hasPrefix("ERROR:")
            return isDomain ? String(text) + "\n" : nil
        }.joined()
    }

    private func metadata() -> [UInt8] {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("name", name)
            json.member("release", kernel.release)
            json.object("spec") { json in
                json.member("arch", topology.architecture == .amd64 ? "x86" : "arm")
                json.member("kernel", kernel.series.rawValue)
                json.member("smp", QEMUArguments.smp(topology))
                json.member("cpu", topology.cpuModel)
                json.array("nodes") { json in
                    for node in topology.nodes {
                        json.object { json in
                            json.member("cpus", node.cpus.listText)
                            json.member("mem", node.memoryMiB)
                        }
                    }
                }
                if !topology.distances.isEmpty {
                    json.array("dist") { json in
                        for row in topology.distances {
                            json.array { json in
                                for distance in row { json.value(distance) }
                            }
                        }
                    }
                }
                if !topology.bootArguments.isEmpty {
                    json.member("append", topology.bootArguments.joined(separator: " "))
                }
                if !topology.preparation.isEmpty {
                    json.member("prepare", topology.preparation.joined(separator: "\n"))
                }
                json.member(ifPresent: "workload", workload)
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
