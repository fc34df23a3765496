import Exposition
import History
import Snapshots
import TextOutput

/// The daemon's documents of a round of the past, made from the history.
///
/// The history keeps the host, its nodes and groups: of processes, sources and domains there is no past, and what asks for them
/// is told so.
struct PastSource: DocumentSource {
    private let snapshot: HostSnapshot

    /// The documents that a round of the history holds.
    static let documents: Set<String> = [
        "/v1/status", "/v1/nodes", "/v1/groups", "/v1/verdict", "/v1/topology", "/v1/model",
    ]

    /// As far back as a round is looked for: the daemon's longest usual interval, and a minute of the long kind.
    private static let window: UInt64 = 180_000_000_000

    /// Finds the round.
    ///
    /// - Parameter instant: Nanoseconds since 1970.
    /// - Throws: ``CommandFailure`` where nothing is recorded of then.
    init(_ history: any HistorySource, at instant: UInt64) async throws {
        let range = try await history.range(
            HistoryQuery(
                sinceNanoseconds: instant - min(instant, Self.window), untilNanoseconds: instant, stepNanoseconds: nil,
                scopes: .all))
        guard let place = range.place(at: instant) else {
            let gap = range.gaps.last { $0.sinceNanoseconds <= instant && $0.untilNanoseconds >= instant }
            throw CommandFailure(
                .unknown, "Nothing is recorded of \(UTCTime.text(nanoseconds: instant)).",
                remedy: gap.map { "There is" + HistoryTable.text($0).dropFirst() + "." }
                    ?? "“numawatch history --since …” shows what is there.")
        }
        snapshot = range.snapshot(at: place)
    }

    func answer<Record>(
        _ document: PublishedDocument<Record>, _ request: DocumentRequest
    ) async throws -> Answer<Record> {
        guard Self.documents.contains(document.path) else {
            throw CommandFailure(
                .usage, "The history does not hold what this command shows: it keeps the host, its nodes and groups.",
                remedy: "--at works with status, nodes, groups, verdict and top.")
        }
        do throws(EndpointError) {
            let query = try QueryValues(request.query, for: document.parameters)
            // As if it had been asked when the round ended.
            let now = snapshot.monotonicNanoseconds
            let question = DocumentQuestion(pathValues: request.pathValues, query: query, nowNanoseconds: now)
            return Answer(document, try document.make(snapshot, question), nowNanoseconds: now)
        } catch {
            throw DaemonRefusal.failure(error)
        }
    }

    func metrics(_ format: MetricsFormat) async throws -> [UInt8] {
        throw CommandFailure(
            .usage, "Metrics are those of now.", remedy: "“numawatch history --csv” prints what was.")
    }

    func advance() {}
}

extension PastSource: LiveSource {
    func events(after sequence: UInt64) async throws -> [ObservedEvent] { [] }

    func story(of id: Int32) async throws -> [String] { ["The history keeps no stories of processes."] }
}
