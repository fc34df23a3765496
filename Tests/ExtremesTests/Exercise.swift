import BalancingModel
import DomainReports
import Exposition
import FixtureSupport
import HostReading
import Insight
import LinuxSystem
import Sampling
import Snapshots
import Testing
import TextOutput
import TraceReplay
import Tracing

@testable import Commands
@testable import DaemonRuntime

/// Everything numawatch does with a root, in this process: each part must come to an end, and say what it says in the
/// form it promised.
enum Exercise {
    typealias Part = @Sendable (any HostRoot) async throws -> Void

    private static let output = CommandOutput(widthLimit: 100, hasColour: true)
    private static let parts: [Part] = [
        { try await tables($0) }, { numastat($0) }, { capture($0) }, { domains($0) },
        { replay(TraceSample.text, root: $0) }, { try rounds($0) },
    ]

    /// The parts, each with the files it reads of the host as it is.
    static let readers = Task {
        var readers: [(files: Set<String>, part: Part)] = []
        for part in parts {
            let root = ChangingRoot(ExtremeHost.root)
            try await part(root)
            readers.append((root.read, part))
        }
        return readers
    }

    static func all(_ root: MemoryRoot) async throws {
        for part in parts { try await part(root) }
    }

    /// Does everything that reads files of a kind.
    static func all(reading kind: ExtremeHost.Kind, _ root: MemoryRoot) async throws {
        for reader in try await readers.value where !reader.files.isDisjoint(with: kind.paths) {
            try await reader.part(root)
        }
    }

    // MARK: Commands

    /// The commands that show what the sampler reads, with `--root`.
    private static func tables(_ root: any HostRoot) async throws {
        let source = LocalSource(root: root)
        func record<Record>(
            _ document: PublishedDocument<Record>, _ request: DocumentRequest = DocumentRequest()
        ) async throws -> Record? {
            let answer: Answer<Record>
            do {
                answer = try await source.answer(document, request)
            } catch is CommandFailure {
                // A refusal.
                return nil
            }
            // As one that asks the daemon has it.
            return try document.read(answer.bytes)
        }
        let status = try await record(.status)
        _ = status.map { StatusReport($0).text(output) }
        _ = try await record(.nodes).map { NodesReport($0).text(output) + ReclaimReport($0).text(output) }
        _ = try await record(.devices).map { DevicesReport($0).text(output) }
        _ = try await record(.topology)
        _ = try await record(.model)
        _ = try await record(.sources).map { DoctorReport($0).text(output) }
        _ = try await record(.groups).map { GroupsReport($0).text(output) }
        let processes = try await record(.processes, DocumentRequest(query: [("sort", "cpu_seconds")]))
        _ = processes.map { ProcessesReport($0).text(output) }
        for process in processes?.processes ?? [] {
            _ = try await record(.process, DocumentRequest(pathValues: ["pid": Int(process.identity.pid)]))
                .map { ProcessReport($0).text(output) }
        }
        if status != nil {
            for format in MetricsFormat.allCases {
                let bytes = try await source.metrics(format)
                #expect(format != .json || JSONValue(bytes) != nil)
            }
        }
        source.advance()
        if let status, let later = try await record(.status) {
            _ = WatchLine.text(from: status, to: later) + WatchLine.text(from: later, to: status)
        }
    }

    private static func numastat(_ root: any HostRoot) {
        for words in [[], ["-m"], ["-n"], ["-p", "208"], ["-czs1", "wl", "-m"], ["-v", "208", "300"]] {
            guard let arguments = try? NumastatArguments(parsing: words),
                var report = try? NumastatReport(arguments, root: root, pageSizeBytes: 4096)
            else { continue }
            _ = try? report.text()
            _ = try? report.json()
        }
    }

    /// `snapshot --numa-maps`.
    private static func capture(_ root: any HostRoot) {
        _ = HostCapture(root)
        _ = ProcessCapture(root, includesPlacement: true)
    }

    /// `domains` in every format, and `domains diff` in both directions.
    private static func domains(_ root: any HostRoot) {
        let sampling = try? BalanceSampling.Beginning(ExtremeHost.root, nanoseconds: 1).finish(root, nanoseconds: 2)
        for format in DomainsCommand.Format.allCases {
            _ = DomainsCommand.show(root, format: format, cpus: nil, widthLimit: 80, sampling: sampling)
        }
        _ = DomainsCommand.diff(root, ExtremeHost.root)
        _ = DomainsCommand.diff(ExtremeHost.root, root)
    }

    /// `replay`, with `--root` and without.
    static func replay(_ trace: [UInt8], root: (any HostRoot)?) {
        let machine = root.flatMap { try? BalancingHost.read(from: $0) }.map { ReplayMachine($0) }
        if root != nil, machine == nil { return }
        for drive in ReplayDrive.allCases {
            var sink = ByteArraySink()
            guard
                let report = try? ReplayDriver.run(
                    MemoryTrace(trace), machine: machine, drive: drive,
                    lines: drive == .shadow ? .decisions : .ledger, sink: &sink)
            else { continue }
            var text: [UInt8] = []
            report.appendText(to: &text, width: 80)
            var json = JSONWriter()
            report.write(to: &json)
        }
    }

    /// `explain --trace`.
    static func story(_ path: String, root: (any HostRoot)?) {
        guard let told = try? TraceExplanation.read(path: path, root: root) else { return }
        for story in [told.book.story(of: 211), told.book.story(of: 212)] {
            var text: [UInt8] = []
            story?.appendText(to: &text, title: "", narrator: told.narrator)
            guard let story else { continue }
            _ = NarratedStory.fields.document(NarratedStory(story, narrator: told.narrator), .timeless)
        }
        for address in [0, 0x7faf_00a0_0000, UInt64.max] {
            _ = told.book.story(ofPage: address, process: 211, pageShift: told.narrator.profile.pageShift)
        }
    }

    // MARK: The daemon

    /// Rounds of the daemon on a host that becomes another between two of them and is itself again afterwards, and what
    /// every endpoint says after each.
    private static func rounds(_ changed: any HostRoot) throws {
        let root = ChangingRoot(ExtremeHost.root)
        let time = ManualTime(monotonicNanoseconds: 5_000_000_000, realtimeNanoseconds: 1_700_000_000_000_000_000)
        let store = SnapshotStore()
        let registry = registry(store)
        var engine = SamplingEngine(root: root, settings: SamplingSettings(), time: time, seed: 1)
        var previous: HostSnapshot?
        for next in [ExtremeHost.root, changed, ExtremeHost.root] as [any HostRoot] {
            root.become(next)
            time.advance(byNanoseconds: 61_000_000_000)
            let snapshot = engine.round()
            store.publish(snapshot)
            _ = SnapshotChange.all(from: previous, to: snapshot)
            _ = ManagerState.summary(of: snapshot)
            time.advance(byNanoseconds: 600_000_000)
            if let snapshot = engine.advance() { store.publish(snapshot) }
            if previous != nil { try ask(registry, time) }
            previous = snapshot
        }
    }

    private static func registry(_ store: SnapshotStore) -> EndpointRegistry {
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: "1")))
        return EndpointRegistry(
            StandardEndpoints(store: store, events: EventLog(), metrics: page, version: "1").all, version: "1")
    }

    private static func ask(_ registry: EndpointRegistry, _ time: ManualTime) throws {
        for endpoint in registry.endpoints where endpoint.path != "/openapi.json" {
            let target = endpoint.path.replacing("{pid}", with: "208").replacing("{id}", with: "208")
            let reply: EndpointReply
            do throws(EndpointError) {
                reply = try registry.answer(
                    method: "GET", target: target, viewer: .all, accept: nil, nowNanoseconds: time.monotonicNanoseconds)
            } catch {
                continue
            }
            guard reply.contentType == ContentType.json, case .bytes(let bytes) = reply.body else { continue }
            #expect(JSONValue(bytes) != nil, "\(target) is no JSON")
        }
    }

    /// Queries of clients: every parameter of every endpoint, and every number of every path, takes each number.
    static func queries() throws {
        let store = SnapshotStore()
        let time = ManualTime(monotonicNanoseconds: 5_000_000_000)
        var engine = SamplingEngine(root: ExtremeHost.root, settings: SamplingSettings(), time: time, seed: 1)
        store.publish(engine.round())
        let registry = registry(store)
        for number in Extremes.numbers + Extremes.texts.map({ DocumentRequest.encoded($0) }) {
            for endpoint in registry.endpoints {
                let path = endpoint.path.replacing("{pid}", with: number).replacing("{id}", with: number)
                let plain = endpoint.path.replacing("{pid}", with: "208").replacing("{id}", with: "208")
                let queries = endpoint.parameters.flatMap { parameter in
                    ["\(plain)?\(parameter.name)=\(number)", "\(path)?\(parameter.name)=0x\(number)"]
                }
                for target in [path, plain] + queries {
                    _ = try? registry.answer(
                        method: "GET", target: target, viewer: .all, accept: number,
                        nowNanoseconds: time.monotonicNanoseconds)
                }
            }
        }
    }
}
