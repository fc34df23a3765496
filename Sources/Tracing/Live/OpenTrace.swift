import LinuxSystem
import SystemPackage

/// A trace instance with its events set up and its buffers open: what a session reads live and a recording stores.
///
/// Nothing is written to the buffers before `start`. `close` removes everything; so does a failed `init`.
struct OpenTrace: ~Copyable {
    let setup: TraceSetup
    let pageFormat: TracePageFormat
    let cpus: [Int]
    /// `mono`, or the kernel's default where it has no such clock.
    let clock: String
    private let name: String
    private let instance: TraceInstance
    private var reader: RawPageReader?
    private var filter = TraceFilter.everything
    /// Whether processes were added since the filter was set.
    private var hasAdditions = false
    private var isOn: Set<TraceEventKind> = []

    private var fileSystem: TraceFileSystem { setup.fileSystem }

    /// Makes the instance, opens its buffers and makes the probes.
    init(
        _ configuration: TraceSessionConfiguration, mechanisms: [TraceCapability.Mechanism]
    ) throws(TraceSessionError) {
        let fileSystem: TraceFileSystem
        let made: TraceInstance
        do throws(SystemFailure) {
            if let directory = configuration.directory {
                fileSystem = TraceFileSystem(at: directory)
            } else {
                fileSystem = try TraceFileSystem.mounted(on: DirectoryRoot.live)
            }
            // What is left of others is told by who cleans up at its start, and is in nobody's way.
            _ = try TraceCleanup.removeAbandoned(configuration.instanceName, in: fileSystem) {
                DirectoryRoot.live.exists("/proc/\($0)")
            }
            made = try TraceInstance(creating: configuration.instanceName, in: fileSystem)
        } catch {
            throw TraceSessionError(.unavailable, error)
        }
        var setup = TraceSetup(fileSystem: fileSystem)
        do throws(TraceSessionError) {
            let format: TracePageFormat
            let cpus: [Int]
            let clock: String
            var opened: RawPageReader?
            do throws(SystemFailure) {
                clock = try Self.configure(made, configuration)
                format = try Self.pageFormat(made, fileSystem)
                cpus = try Self.cpus(fileSystem, configuration.instanceName)
                // Held open from here on, the instance is not taken for an abandoned one.
                opened = try RawPageReader(made, cpus: cpus, page: format)
                try setup.prepare(mechanisms)
            } catch {
                throw TraceSessionError(.refused, error)
            }
            guard !setup.available.isEmpty else {
                let obstacle = setup.capability.obstacle
                throw TraceSessionError(
                    .unavailable, "trace", "hint faults", errno: obstacle?.errno,
                    reason: obstacle?.reason ?? "no event can be had", remedy: obstacle?.remedy)
            }
            self.setup = setup
            pageFormat = format
            self.cpus = cpus
            self.clock = clock
            name = configuration.instanceName
            instance = made
            reader = opened.take()
        } catch {
            _ = TraceCleanup.remove(configuration.instanceName, in: fileSystem)
            throw error
        }
    }

    private static func configure(
        _ instance: borrowing TraceInstance, _ configuration: TraceSessionConfiguration
    ) throws(SystemFailure) -> String {
        try instance.setTracing(isOn: false)
        var clock = "mono"
        do throws(SystemFailure) {
            try instance.write(clock, to: "trace_clock")
        } catch {
            clock = "local"
        }
        try instance.setBufferBytesPerCPU(configuration.bufferBytesPerCPU)
        if instance.has("buffer_percent") {
            try instance.write("\(min(max(configuration.wakeUpPercent, 1), 100))", to: "buffer_percent")
        }
        return clock
    }

    private static func pageFormat(
        _ instance: borrowing TraceInstance, _ fileSystem: TraceFileSystem
    ) throws(SystemFailure) -> TracePageFormat {
        let text = try fileSystem.read("events/header_page")
        let parser = try TraceFormatParser()
        do throws(TraceFormatError) {
            return try parser.page(text)
        } catch {
            throw SystemFailure("understand", "\(fileSystem.path)/\(error.subject)", .invalidArgument)
        }
    }

    private static func cpus(_ fileSystem: TraceFileSystem, _ name: String) throws(SystemFailure) -> [Int] {
        try fileSystem.list("instances/\(name)/per_cpu").compactMap {
            $0.hasPrefix("cpu") ? Int($0.dropFirst(3)) : nil
        }.sorted()
    }

    // MARK: Running

    /// Sets the filter, switches the events on and begins.
    ///
    /// - Throws: Where the filter names processes and none of them is there; later they may come and go.
    mutating func start(_ filter: TraceFilter) throws(TraceSessionError) {
        do throws(SystemFailure) {
            if case .processes(let named) = filter.scope, !named.isEmpty, Self.threads(of: named).isEmpty {
                throw SystemFailure("trace", "processes \(named.sorted())", .noSuchProcess)
            }
            try apply(filter)
            try instance.setTracing(isOn: true)
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }

    /// Changes what the kernel writes. Probes another session has removed meanwhile are made again.
    mutating func setFilter(_ filter: TraceFilter) throws(TraceSessionError) {
        do throws(SystemFailure) {
            try apply(filter)
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }

    private mutating func apply(_ filter: TraceFilter) throws(SystemFailure) {
        if filter.scope != self.filter.scope || hasAdditions { try applyScope(filter.scope) }
        hasAdditions = false
        var wanted = Set(setup.available).subtracting(filter.excluded)
        // Happens in the context of anybody, so that a narrowed session would see it by chance.
        if filter.scope != .all { wanted.remove(.free) }
        for kind in isOn.subtracting(wanted) {
            try instance.setEvent(kind.group, kind.name, isOn: false)
            isOn.remove(kind)
        }
        for kind in setup.available where wanted.contains(kind) && !isOn.contains(kind) {
            try instance.setEvent(kind.group, kind.name, isOn: true)
            isOn.insert(kind)
        }
        self.filter = filter
    }

    /// `set_event_pid` names threads; an event is written if the thread in whose context it happens is named, a
    /// `sched_switch` if either thread is. `event-fork` adds children and takes away what ends.
    private func applyScope(_ scope: TraceFilter.Scope) throws(SystemFailure) {
        var threads: Set<Int32> = []
        var processes: Set<Int32> = []
        switch scope {
        case .all: break
        case .threads(let named): threads = named
        case .processes(let named):
            processes = named
            threads = Self.threads(of: named)
        }
        try instance.write(processes.isEmpty ? "0" : "1", to: "options/event-fork")
        if threads.isEmpty, scope != .all {
            // Nobody: a list that is empty would mean everybody. No thread has the largest number.
            threads = [4_194_304 - 1]
        }
        // Emptied first: for a moment everything is written, which does no harm.
        try instance.write("", to: "set_event_pid")
        try name(threads)
        // A thread that was born between listing and naming is not followed by anyone.
        try name(Self.threads(of: processes).subtracting(threads))
    }

    /// Adds the threads of processes to a filter that names some.
    mutating func add(_ processes: Set<Int32>) throws(TraceSessionError) {
        guard filter.scope != .all else { return }
        hasAdditions = true
        do throws(SystemFailure) {
            try instance.write("1", to: "options/event-fork")
            let threads = Self.threads(of: processes)
            try name(threads)
            try name(Self.threads(of: processes).subtracting(threads))
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }

    private func name(_ threads: Set<Int32>) throws(SystemFailure) {
        guard !threads.isEmpty else { return }
        let list = threads.sorted().map { "\($0)" }.joined(separator: " ")
        try instance.write(list, to: "set_event_pid", isAppending: true)
    }

    /// The threads there are; a process that has ended has none.
    private static func threads(of processes: Set<Int32>) -> Set<Int32> {
        processes.reduce(into: []) { $0.formUnion(threads(of: $1)) }
    }

    private static func threads(of process: Int32) -> Set<Int32> {
        Set(((try? DirectoryRoot.live.list("/proc/\(process)/task")) ?? []).compactMap { Int32($0) })
    }

    /// Waits for the watermark or the time.
    mutating func wait(timeoutMilliseconds: Int) throws(TraceSessionError) {
        do throws(SystemFailure) {
            try reader?.wait(timeoutMilliseconds: timeoutMilliseconds)
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }

    /// Takes the next page of a CPU, by its place in `cpus`.
    mutating func read(_ index: Int, into page: inout [UInt8]) throws(TraceSessionError) -> Bool {
        do throws(SystemFailure) {
            return try reader?.read(index, into: &page) ?? false
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }

    /// Writes a text to the instance's own marker file.
    func mark(_ text: String) throws(TraceSessionError) {
        do throws(SystemFailure) {
            try instance.write(text, to: "trace_marker", isAppending: true)
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }

    /// The fill and losses of each CPU's buffer.
    func cpuStatistics() -> [TraceStatistics.CPU] {
        cpus.compactMap { cpu in
            (try? instance.read("per_cpu/cpu\(cpu)/stats")).flatMap { TraceStatistics.CPU(cpu: Int32(cpu), $0) }
        }
    }

    /// Hits of our probes the kernel could not handle, by all sessions together.
    func missedHits() -> UInt64 { ProbeSet(fileSystem: fileSystem).missedHits() }

    /// Stops writing; what is in the buffers can still be read.
    func pause() throws(TraceSessionError) {
        do throws(SystemFailure) {
            try instance.setTracing(isOn: false)
        } catch {
            throw TraceSessionError(.refused, error)
        }
    }

    /// Removes the instance, and the probes nobody else uses.
    consuming func close() -> [TraceSessionError] {
        try? instance.setTracing(isOn: false)
        reader = nil
        return TraceCleanup.remove(name, in: fileSystem).map { TraceSessionError(.refused, $0) }
    }
}

extension TraceSessionError {
    init(_ kind: Kind, _ failure: SystemFailure) {
        self.init(
            kind, failure.operation, failure.subject, errno: failure.errno.rawValue, reason: "\(failure.errno)",
            remedy: failure.remedy
                ?? (failure.errno == .resourceBusy
                    ? "another session of numawatch is tracing under this name" : nil))
    }
}

extension TraceStatistics.CPU {
    /// Reads `per_cpu/cpuN/stats`: lines of a name, a colon and a number.
    init?(cpu: Int32, _ text: [UInt8]) {
        var values: [String: UInt64] = [:]
        for line in text.split(separator: 0x0A) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = String(decoding: line[line.index(after: colon)...], as: UTF8.self)
            values[String(decoding: line[..<colon], as: UTF8.self)] = UInt64(value.drop { $0 == " " })
        }
        guard let entries = values["entries"] else { return nil }
        self.init(
            cpu: cpu, entries: entries, overrun: values["overrun"] ?? 0, commitOverrun: values["commit overrun"] ?? 0,
            droppedEvents: values["dropped events"] ?? 0)
    }
}
