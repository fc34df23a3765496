import ArchiveFiles
import Comparison
import Exposition
import History
import HistoryFiles
import Report

/// Finds what an operand of `numawatch compare` names: spans of a history, or a report.
struct CompareSides {
    /// The daemon's history, or that of a file.
    let history: any HistorySource
    let blockSeconds: UInt64
    /// Nanoseconds since 1970.
    let nowNanoseconds: UInt64

    /// A report of a day has 400 KB at most, others have not much more.
    private static let reportLimitBytes = 64 << 20
    /// How a history file begins.
    private static let databaseMark = Array("SQLite format 3\0".utf8)

    /// An operand, taken apart.
    struct Operand: Equatable {
        /// A history file or a report; nil for the history that is asked anyway.
        var path: String?
        /// Since and until, as they are written; none for all of a file.
        var spans: [(since: Substring, until: Substring)]

        static func == (left: Operand, right: Operand) -> Bool {
            left.path == right.path && left.spans.elementsEqual(right.spans, by: ==)
        }

        /// `PATH`, `PATH@SPANS` or `SPANS`; a span has two points in its middle, and may begin with an `@` itself.
        init(_ text: String) {
            guard text.contains("..") else {
                (path, spans) = (text, [])
                return
            }
            var rest = text[...]
            if let at = text.dropFirst().firstIndex(of: "@"), !text[..<at].contains("..") {
                path = String(text[..<at])
                rest = text[text.index(after: at)...]
            }
            spans = rest.split(separator: ",").map { span in
                guard let points = span.firstRange(of: "..") else { return (span, "") }
                return (span[..<points.lowerBound], span[points.upperBound...])
            }
        }
    }

    func side(_ text: String) async throws -> ComparisonSide {
        let operand = Operand(text)
        guard let path = operand.path else { return try await side(operand, of: history) }
        let first = try FileStart(path).bytes
        guard first.starts(with: Self.databaseMark) else {
            guard operand.spans.isEmpty else {
                throw CommandFailure(.badData, "\(path) is no history: a span of it cannot be told.")
            }
            return try report(path)
        }
        return try await side(operand, of: try HistoryChoice.source(path: path))
    }

    // MARK: Histories

    private func side(_ operand: Operand, of source: any HistorySource) async throws -> ComparisonSide {
        var ranges: [HistoryRange] = []
        for (since, until) in try spans(operand, source) {
            var figures = Set(ComparedFigures.host + ComparedFigures.node + ComparedFigures.group)
            figures.formUnion([.verdict, .reason, .value])
            let range = try await source.range(
                HistoryQuery(
                    sinceNanoseconds: since, untilNanoseconds: until, stepNanoseconds: blockSeconds * 1_000_000_000,
                    scopes: .all, figures: figures))
            guard !range.times.isEmpty else {
                let gap = range.gaps.first.map { ": \($0.words)" } ?? ""
                throw CommandFailure(
                    .unknown,
                    "Nothing is recorded from \(ReportTime.text(since / 1_000_000_000)) to "
                        + "\(ReportTime.text(until / 1_000_000_000)) UTC\(gap).",
                    remedy: "“numawatch history --since …” shows what is there.")
            }
            ranges.append(range)
        }
        return ComparisonSide(ranges)
    }

    private func spans(
        _ operand: Operand, _ source: any HistorySource
    ) throws -> [(since: UInt64, until: UInt64)] {
        guard !operand.spans.isEmpty else {
            guard let file = source as? HistoryFileReader, let all = try? file.span() else {
                throw CommandFailure(.unknown, "\(operand.path ?? "") holds no samples.")
            }
            // Samples later than the first instant are asked for.
            return [(all.lowerBound - min(1, all.lowerBound), all.upperBound)]
        }
        return try operand.spans.map { span in
            guard let since = HistoryInstant.any(String(span.since), now: nowNanoseconds),
                let until = HistoryInstant.any(String(span.until), now: nowNanoseconds)
            else {
                throw CommandFailure(
                    .usage, "“\(span.since)..\(span.until)” is no span of time.",
                    remedy: "A span is SINCE..UNTIL, each of them \(HistoryInstant.forms).")
            }
            guard since < until else {
                throw CommandFailure(.usage, "“\(span.since)..\(span.until)” ends before it begins.")
            }
            return (since, until)
        }
    }

    // MARK: Reports

    private func report(_ path: String) throws(CommandFailure) -> ComparisonSide {
        let bytes = try page(path)
        do throws(ReportFigures.Failure) {
            return try ReportFigures.read(bytes)
        } catch {
            throw CommandFailure(.badData, "\(path): \(error).")
        }
    }

    /// A file as a whole, packed or not.
    private func page(_ path: String) throws(CommandFailure) -> [UInt8] {
        do {
            let stream = try ByteStream(path: path)
            var (page, chunk): ([UInt8], [UInt8]) = ([], [])
            while try stream.read(into: &chunk) {
                page += chunk
                guard page.count <= Self.reportLimitBytes else {
                    throw CommandFailure(
                        .badData, "\(path): no report is longer than \(Self.reportLimitBytes >> 20) MiB.")
                }
            }
            return page
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.noInput, "\(path): \(error)")
        }
    }

    /// The first bytes of a file.
    private struct FileStart {
        let bytes: [UInt8]

        init(_ path: String) throws(CommandFailure) {
            var chunk: [UInt8] = []
            do {
                _ = try ByteStream(path: path).read(into: &chunk)
            } catch {
                throw CommandFailure(
                    .noInput, "\(path): \(error)", remedy: "A and B want spans (SINCE..UNTIL), a history or a report.")
            }
            bytes = chunk
        }
    }
}
