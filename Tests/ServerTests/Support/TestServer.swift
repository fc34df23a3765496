import Exposition
// For temporary directories and curl, which tests alone need.
import Foundation
import Logging
import NIOCore
import NUMATopology
import Server
import Snapshots

/// A server on a socket in a directory of its own, with a made-up host behind it.
final class TestServer: Sendable {
    let directory: String
    let log = EventLog()
    let store = SnapshotStore()
    let statistics = ServerStatistics()
    private let server: SocketServer
    private let task: Task<Void, any Error>

    var path: String { directory + "/s" }

    /// Starts and waits until it listens.
    ///
    /// - Parameter processCount: Of the first round; nil when there was none yet.
    init(
        limits: ServerLimits = ServerLimits(), processCount: Int? = 3,
        presentSources: StandardEndpoints.PresentSources? = nil,
        socket makeSocket: (String) throws -> ListeningSocket = { .path($0, mode: 0o600, groupID: nil) },
        logger: Logger = Logger(label: "test"), prepare: (String) throws -> Void = { _ in }
    ) async throws {
        directory = try Self.temporaryDirectory()
        try prepare(directory + "/s")
        if let processCount { store.publish(Self.snapshot(processCount: processCount)) }
        let (listening, continuation) = AsyncStream.makeStream(of: Void.self)
        server = SocketServer(
            sockets: [try makeSocket(directory + "/s")],
            registry: Self.registry(store: store, log: log, presentSources: presentSources),
            access: AccessPolicy(ownUserID: getuid(), groupID: nil, othersMayRead: false), limits: limits,
            statistics: statistics, now: { 2_000_000_000 }, logger: logger,
            firstRound: { [store] in await store.waitForFirst() }, whenListening: { continuation.yield() })
        task = Task { [server] in
            defer { continuation.finish() }
            try await server.run()
        }
        var iterator = listening.makeAsyncIterator()
        if await iterator.next() == nil { try await task.value }
    }

    /// Stops it as the service group would, and waits until it has.
    func stop() async throws {
        beginStopping()
        try await task.value
        try FileManager.default.removeItem(atPath: directory)
    }

    /// Changes who may see what, as a reload does.
    func update(othersMayRead: Bool, ownUserID: UInt32 = getuid()) {
        server.update(access: AccessPolicy(ownUserID: ownUserID, groupID: nil, othersMayRead: othersMayRead))
    }

    func beginStopping() {
        task.cancel()
    }

    static func temporaryDirectory() throws -> String {
        let path = "/tmp/nw-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    static func fileExists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Puts another file in the place of one, at once.
    static func replace(_ path: String) {
        createFile(path + ".new")
        _ = unsafe rename(path + ".new", path)
    }

    static func createFile(_ path: String) {
        _ = FileManager.default.createFile(atPath: path, contents: Data("mine".utf8))
    }

    static func registry(
        store: SnapshotStore, log: EventLog = EventLog(), presentSources: StandardEndpoints.PresentSources? = nil
    ) -> EndpointRegistry {
        let page = MetricsPage(renderer: MetricsRenderer(catalogue: .standard(version: "test")))
        return EndpointRegistry(
            StandardEndpoints(
                store: store, events: log, metrics: page, version: "test", presentSources: presentSources
            ).all, version: "test")
    }

    /// Processes 1… of users 1000 (odd) and 1001 (even).
    static func snapshot(processCount: Int) -> HostSnapshot {
        let machine = Machine(
            nodes: [Machine.Node(id: NodeID(0), cpus: [0])], distances: nil, possibleCPUs: [0], onlineCPUs: [0])
        var snapshot = HostSnapshot(
            sequence: 1, wallClockNanoseconds: 0, monotonicNanoseconds: 1_000_000_000, machine: machine)
        snapshot.processes = (1...processCount).map { number in
            var process = ProcessRecord(
                identity: ProcessIdentity(pid: Int32(number), startTimeTicks: 1), command: "process-\(number)",
                groupName: "group.service")
            process.uid = number % 2 == 1 ? 1000 : 1001
            process.ownerUID = process.uid
            return process
        }
        return snapshot
    }

    // MARK: curl

    static let curl: String? = ["/usr/bin/curl", "/bin/curl"].first(
        where: FileManager.default.isExecutableFile(atPath:))

    /// Asks with curl.
    func curl(_ arguments: String...) async throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.curl ?? "")
        process.arguments = ["--silent", "--show-error", "--max-time", "60", "--unix-socket", path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { process in
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                continuation.resume(returning: (process.terminationStatus, text))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }
}
