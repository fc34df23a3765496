import LinuxSystem
import SystemPackage

extension OpenTrace {
    /// The names of the threads that wrote events. Without them a report shows numbers: no reason to fail.
    func commandLines() -> [UInt8] { (try? setup.fileSystem.read("saved_cmdlines")) ?? [] }

    /// What a `trace.dat` says before its pages, but for the names of threads: formats, clock.
    ///
    /// - Parameter uname: As `uname -a` prints it.
    func recordingLayout(uname: String) throws(TraceSessionError) -> TraceDatLayout {
        let files = setup.fileSystem
        var layout = TraceDatLayout()
        do throws(SystemFailure) {
            layout.headerPage = try files.read("events/header_page")
            layout.headerEvent = try files.read("events/header_event")
            // The kernel's own events, which have no directory of their own instance: `print` is one of them.
            for name in try files.list("events/ftrace") {
                guard let text = try? files.read("events/ftrace/\(name)/format") else { continue }
                layout.formats.append(.init(system: "ftrace", text: text))
            }
            for kind in setup.available.sorted(by: { ($0.group, $0.name) < ($1.group, $1.name) }) {
                layout.formats.append(
                    .init(system: kind.group, text: try files.read("events/\(kind.group)/\(kind.name)/format")))
            }
        } catch {
            throw TraceSessionError(.refused, error)
        }
        layout.kernelSymbols = Self.symbols()
        layout.options = [
            .init(id: .traceClock, data: Array("[\(clock)]\0".utf8)),
            .init(id: .uname, data: Array("\(uname)\0".utf8)),
            .init(id: .cpuCount, data: Self.bytes(UInt32((cpus.max() ?? 0) + 1))),
            .init(id: .version, data: Array("numawatch\0".utf8)),
        ]
        return layout
    }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// The lines of `/proc/kallsyms` that a report of our events needs: the probed functions, and who writes marks.
    private static func symbols() -> [UInt8] {
        let wanted = Set(ProbeDefinition.all.map(\.function) + ["tracing_mark_write"])
        var kept: [UInt8] = []
        guard let text = try? DirectoryRoot.live.readBytes("/proc/kallsyms") else { return [] }
        for line in text.split(separator: 0x0A) {
            // `ffffffff81128c60 T task_numa_fault`
            guard let blank = line.lastIndex(of: 0x20) else { continue }
            let name = line[line.index(after: blank)...]
            guard name.count <= 32, wanted.contains(String(decoding: name, as: UTF8.self)) else { continue }
            kept += line
            kept.append(0x0A)
        }
        return kept
    }
}
