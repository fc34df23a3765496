import BalancingModel
import KernelText
import LinuxSystem
import SystemPackage

/// Makes a trace instance's events: probes, formats, and what of it the kernel offers.
struct TraceSetup {
    let fileSystem: TraceFileSystem
    private(set) var mechanism = TraceCapability.Mechanism.tracepoints
    /// By event id.
    private(set) var layouts: [Int: RecordLayout] = [:]
    /// Events that can be switched on, in the order of their kinds.
    private(set) var available: [TraceEventKind] = []
    private var obstacles: [TraceEventKind: TraceCapability.Obstacle] = [:]
    private var obstacle: TraceCapability.Obstacle?
    private var hasFaultJiffies = false

    /// Events a session switches on. `exec` tells the model nothing it needs and marks come by themselves.
    static let wanted = TraceEventKind.allCases.filter { $0 != .mark && $0 != .print && $0 != .exec }

    init(fileSystem: TraceFileSystem) {
        self.fileSystem = fileSystem
    }

    /// Makes the probes by the best mechanism there is, and reads the formats of all events.
    ///
    /// - Parameter mechanisms: Tried in this order, until one makes any probe.
    mutating func prepare(_ mechanisms: [TraceCapability.Mechanism]) throws(SystemFailure) {
        makeProbes(mechanisms)
        let parser = try TraceFormatParser()
        for kind in Self.wanted where obstacles[kind] == nil {
            addLayout(kind, group: kind.group, parser)
        }
        // Written to `trace_marker`; the kernel's own name for it.
        addLayout(.print, group: "ftrace", parser)
        available = Self.wanted.filter { obstacles[$0] == nil }
    }

    /// Every probe, with all that this kernel's tasks can tell.
    private static func definitions() -> [ProbeDefinition] {
        var definitions = ProbeDefinition.all
        guard let bytes = try? DirectoryRoot.live.readBytes(TaskStateArguments.typesFile, limitBytes: 64 << 20),
            let types = try? KernelTypes(bytes), let text = TaskStateArguments.text(types),
            let place = definitions.firstIndex(where: { $0.kind == .placement })
        else { return definitions }
        definitions[place].optionalArguments = text
        return definitions
    }

    private mutating func makeProbes(_ mechanisms: [TraceCapability.Mechanism]) {
        let probes = ProbeSet(fileSystem: fileSystem)
        let definitions = Self.definitions()
        for mechanism in mechanisms where mechanism != .tracepoints {
            let file: String
            do throws(SystemFailure) {
                guard let found = try probes.file(for: mechanism) else { continue }
                file = found
            } catch {
                obstacle = .init(
                    kind: Self.kind(error), reason: "\(error)", errno: error.errno.rawValue, remedy: error.remedy)
                continue
            }
            var refusals: [TraceEventKind: TraceCapability.Obstacle] = [:]
            var jiffies = false
            for probe in definitions {
                switch probes.make(probe, by: mechanism, in: file) {
                case .made(let withOptional): if probe.kind == .hintFault { jiffies = withOptional }
                case .refused(let failure): refusals[probe.kind] = Self.obstacle(probe, failure)
                }
            }
            obstacles.merge(refusals) { $1 }
            if refusals.count < ProbeDefinition.all.count {
                obstacles = refusals
                self.mechanism = mechanism
                hasFaultJiffies = jiffies
                obstacle = nil
                return
            }
            obstacle = refusals[.hintFault]
        }
        let none = TraceCapability.Obstacle(
            kind: .notBuilt, reason: "\(fileSystem.path)/kprobe_events is missing: no probes can be made",
            remedy: "a kernel with CONFIG_KPROBE_EVENTS=y, or with CONFIG_FPROBE_EVENTS=y and BTF")
        let found = obstacle ?? none
        obstacle = found
        for probe in ProbeDefinition.all where obstacles[probe.kind] == nil { obstacles[probe.kind] = found }
    }

    private mutating func addLayout(_ kind: TraceEventKind, group: String, _ parser: borrowing TraceFormatParser) {
        let file = "events/\(group)/\(kind.name)/format"
        do throws(SystemFailure) {
            let text = try fileSystem.read(file)
            do throws(TraceFormatError) {
                let format = try parser.event(text, system: group)
                layouts[format.id] = try RecordLayout(kind, format)
            } catch {
                obstacles[kind] = .init(kind: .other, reason: "\(fileSystem.path)/\(file): \(error.reason)")
            }
        } catch {
            let isMissing = error.errno == .noSuchFileOrDirectory
            obstacles[kind] = .init(
                kind: isMissing ? .notBuilt : Self.kind(error),
                reason: isMissing ? "this kernel has no event \(group):\(kind.name)" : "\(error)",
                errno: error.errno.rawValue, remedy: error.remedy)
        }
    }

    private static func obstacle(
        _ probe: ProbeDefinition, _ failure: SystemFailure
    ) -> TraceCapability.Obstacle {
        let reason =
            failure.errno == .noSuchFileOrDirectory || failure.errno == .invalidArgument
            ? "the kernel has no probe-able function \(probe.function): \(failure.errno)" : "\(failure)"
        return .init(
            kind: kind(failure), reason: reason, errno: failure.errno.rawValue, remedy: failure.remedy)
    }

    static func kind(_ failure: SystemFailure) -> TraceCapability.Obstacle.Kind {
        switch failure.errno {
        case .permissionDenied, .readOnlyFileSystem: .permission
        case .notPermitted: .lockdown
        case .noSuchFileOrDirectory, .invalidArgument: .notBuilt
        case .resourceBusy: .inUse
        default: .other
        }
    }

    /// What became of it.
    var capability: TraceCapability {
        var kinds = EventKinds()
        for kind in available { kinds.formUnion(kind.eventKinds) }
        if hasFaultJiffies, kinds.contains(.hintFault) { kinds.insert(.faultJiffies) }
        return TraceCapability(
            mechanism: mechanism, directory: fileSystem.path,
            events: Self.wanted.map {
                .init(kind: $0, name: "\($0.group)/\($0.name)", obstacle: obstacles[$0])
            }, obstacle: obstacle, kinds: kinds)
    }
}
