import Exposition
import FixtureSupport
import LinuxSystem
import Snapshots
import SystemPackage
import TextOutput

@testable import Commands

/// One of the small captured roots in `Tests/Fixtures/cases`, each of a kind of host that was once answered wrongly.
struct CaseRoot {
    static let output = CommandOutput(widthLimit: nil, hasColour: false)

    let root: any HostRoot
    private let source: LocalSource

    init(_ name: String) throws {
        try self.init(HostRoots.open(Fixture.directory + "/cases/\(name).tar.xz"))
    }

    init(_ root: any HostRoot) {
        self.root = root
        source = LocalSource(root: root)
    }

    func json<Record>(_ document: PublishedDocument<Record>) async throws -> String {
        String(decoding: try await source.bytes(document), as: UTF8.self)
    }

    func nodes() async throws -> NodesAnswer {
        let answer = try await source.record(.nodes)
        try answer.requireNodes()
        return answer
    }

    func status() async throws -> String { StatusReport(try await source.record(.status)).text(Self.output) }

    func doctor() async throws -> String { DoctorReport(try await source.record(.sources)).text(Self.output) }

    func processes() async throws -> String { ProcessesReport(try await source.record(.processes)).text(Self.output) }

    /// The first process of `ps`.
    func process() async throws -> ProcessRecord? { try await source.record(.processes).processes.first }

    func numastat(_ arguments: [String]) throws -> (text: String, report: NumastatReport) {
        var report = try NumastatReport(
            NumastatArguments(parsing: arguments), root: root, pageSizeBytes: 4096)
        let text = try report.text()
        return (text, report)
    }
}

/// A root in memory that holds what another holds, with some of it changed: for captures that lack a file.
struct ChangedRoot: HostRoot {
    private let base: any HostRoot
    private let hidden: [String]
    private let changed: [String: [UInt8]]

    /// - Parameters:
    ///   - hidden: Paths that are not there, with all beneath them.
    ///   - changed: Files with other contents.
    init(_ base: any HostRoot, hiding hidden: [String] = [], changing changed: [String: String] = [:]) {
        self.base = base
        self.hidden = hidden
        self.changed = changed.mapValues { Array($0.utf8) }
    }

    var isLive: Bool { false }

    private func isHidden(_ path: String) -> Bool {
        hidden.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        if let bytes = changed[path] {
            buffer = bytes
            guard bytes.count <= limitBytes else { throw ReadFailure(.read, path, .fileTooLarge) }
            return
        }
        guard !isHidden(path) else { throw ReadFailure(.open, path, .noSuchFileOrDirectory) }
        try base.read(path, into: &buffer, limitBytes: limitBytes)
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] {
        guard !isHidden(directory) else { throw ReadFailure(.open, directory, .noSuchFileOrDirectory) }
        return try base.list(directory).filter { !isHidden("\(directory)/\($0)") }
    }

    func linkTarget(_ path: String) throws(ReadFailure) -> String {
        guard !isHidden(path) else { throw ReadFailure(.link, path, .noSuchFileOrDirectory) }
        return try base.linkTarget(path)
    }
}
