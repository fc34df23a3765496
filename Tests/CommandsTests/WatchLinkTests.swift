import Exposition
import Snapshots
import Synchronization
import Testing

@testable import Commands

@Suite("watch and a daemon that goes and comes")
struct WatchLinkTests {
    /// Answers one after the other; nil is a daemon that is away.
    private final class Source: DocumentSource {
        private let answers: Mutex<[CommandFailure?]>

        init(_ answers: [CommandFailure?]) { self.answers = Mutex(answers) }

        func answer<Record>(
            _ document: PublishedDocument<Record>, _ request: DocumentRequest
        ) async throws -> Answer<Record> {
            if let failure = answers.withLock({ $0.removeFirst() }) { throw failure }
            return Answer(document, bytes: [1])
        }

        func metrics(_ format: MetricsFormat) async throws -> [UInt8] { [] }

        func advance() {}
    }

    private static let away = CommandFailure(.unavailable, "Nobody is there.")

    private func status(_ sequence: Int) -> StatusAnswer {
        WatchLineTests.status(sequence, processes: 3, rates: [:])
    }

    @Test("one that is away is said once and waited for, and its return is said")
    func reconnects() async throws {
        let source = Source([nil, Self.away, Self.away, nil, nil, Self.away])
        var link = WatchLink()
        var said: [String] = []
        var answers: [Bool] = []
        for _ in 0..<6 { answers.append(try await link.get(source) { said.append($0) } != nil) }
        #expect(answers == [true, false, false, true, true, false])
        #expect(said.count == 3)
        #expect(said[0].contains("Nobody is there.") && said[0].contains("Trying again"))
        #expect(said[1] == "The daemon answers again.")
        #expect(said[2] == said[0])
    }

    @Test("one that never was there, or that refuses, ends it")
    func ends() async throws {
        var link = WatchLink()
        let first = await #expect(throws: CommandFailure.self) { try await link.get(Source([Self.away])) { _ in } }
        #expect(first == Self.away)
        let refusing = Source([nil, CommandFailure(.noPermission, "No.")])
        _ = try await link.get(refusing) { _ in }
        let second = await #expect(throws: CommandFailure.self) { try await link.get(refusing) { _ in } }
        #expect(second?.status == .noPermission)
    }

    @Test("no line compares a round with one of before the daemon was away")
    func comparison() async throws {
        let source = Source([nil, nil, Self.away, nil, nil])
        var link = WatchLink()
        var outputs: [WatchLink.Output] = []
        for sequence in [1, 2, 0, 1, 2] where try await link.get(source, complain: { _ in }) != nil {
            outputs.append(link.next(status(sequence)))
        }
        #expect(outputs.count == 4)
        #expect(outputs[0] == .heading && outputs[2] == .heading)
        #expect(outputs[1] != .nothing && outputs[3] == outputs[1])
        #expect(link.next(status(2)) == .nothing)
    }
}
