/// What a workload printed of itself: see `Workloads/workload.h`.
struct WorkloadLines {
    struct Process {
        var name: String
        var pid: Int
        var regions: [Region] = []
    }

    struct Region {
        var start: UInt64
        var bytes: UInt64
        /// Of the `region` line, by key.
        var values: [String: String]
        /// Pages by node when the workload was set up; nil where it did not say.
        var pages: [Int: UInt64]?

        /// Whether every page was found; one that the kernel is just moving is not.
        var isComplete: Bool { pages.map { $0.values.reduce(0, +) == bytes / 4096 } ?? false }
    }

    /// By the name of their control group.
    private(set) var processes: [String: [Process]] = [:]

    /// Reads `workloads/…` of a guest.
    init(_ result: GuestResult) {
        for file in HostFiles.names(in: "\(result.directory)/files/workloads") where !file.hasSuffix(".stderr") {
            let text = String(decoding: result.file("workloads/\(file)") ?? [], as: UTF8.self)
            processes[file] = Self.processes(text)
        }
    }

    /// The processes of a workload.
    subscript(name: String) -> [Process] { processes[name] ?? [] }

    static func processes(_ text: String) -> [Process] {
        var processes: [Process] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            var values: [String: String] = [:]
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            }
            let start = values["start"].flatMap { UInt64($0.dropFirst(2), radix: 16) }
            switch words.first {
            case "start":
                processes.append(Process(name: values["name"] ?? "", pid: values["pid"].flatMap { Int($0) } ?? 0))
            case "region":
                guard let start, let bytes = values["bytes"].flatMap({ UInt64($0) }), !processes.isEmpty else { break }
                processes[processes.count - 1].regions.append(Region(start: start, bytes: bytes, values: values))
            case "pages":
                // The first such line of a region counts: later ones tell of its end.
                for process in processes.indices {
                    for region in processes[process].regions.indices
                    where processes[process].regions[region].start == start
                        && processes[process].regions[region].pages == nil
                    {
                        var pages: [Int: UInt64] = [:]
                        for (key, value) in values where key.hasPrefix("node") {
                            if let node = Int(key.dropFirst(4)), let count = UInt64(value) { pages[node] = count }
                        }
                        processes[process].regions[region].pages = pages
                    }
                }
            default: break
            }
        }
        return processes
    }
}
