import KernelText
import LinuxSystem
import NUMATopology
import SchedDomains

/// Reads small kernel files of one root, remembering sets by their text, so that 4,096 CPUs sharing a few thousand
/// different lists cost as many conversions.
struct FactReader {
    let root: any HostRoot
    /// The sets read so far.
    var spans: SpanTable
    /// A file that could not be read or understood.
    struct Failure {
        var reason: String
        /// Whether hosts that lack nothing may be without the file: other kernels, other machines, or for root only.
        var isExpected: Bool
    }

    /// The first of each kind of file that could not be read or understood, by its path with numbers replaced.
    private(set) var failures: [String: Failure] = [:]
    private var spanByText: [[UInt8]: SpanID] = [:]
    private var buffer: [UInt8] = []

    init(_ root: any HostRoot, spans: SpanTable = SpanTable()) {
        self.root = root
        self.spans = spans
    }

    /// A file's bytes; nothing if it cannot be read, which is remembered.
    ///
    /// - Parameter mayBeMissing: Whether hosts that lack nothing may be without the file.
    mutating func bytes(_ path: String, mayBeMissing: Bool = false) -> [UInt8]? {
        do {
            try root.read(path, into: &buffer)
            return buffer
        } catch {
            note(
                path, error.description(isLive: root.isLive),
                isExpected: mayBeMissing && (error.kind == .missing || error.kind == .gone))
            return nil
        }
    }

    /// A file's text without surrounding blanks.
    mutating func word(_ path: String) -> String? {
        bytes(path).map { ScalarFile.word($0.span) }
    }

    mutating func integer(_ path: String, mayBeMissing: Bool = false) -> Int? {
        guard let bytes = bytes(path, mayBeMissing: mayBeMissing) else { return nil }
        do {
            return Int(clamping: try ScalarFile.signed(bytes.span, field: path))
        } catch {
            note(path, error.description)
            return nil
        }
    }

    /// A number that the kernel prints from an unsigned type: a sign is malformed.
    mutating func unsigned(_ path: String) -> UInt64? {
        guard let bytes = bytes(path) else { return nil }
        do {
            return try ScalarFile.unsigned(bytes.span, field: path)
        } catch {
            note(path, error.description)
            return nil
        }
    }

    /// A list of CPUs, as a number in ``spans``.
    mutating func span(_ path: String, mayBeMissing: Bool = false) -> SpanID? {
        guard let bytes = bytes(path, mayBeMissing: mayBeMissing) else { return nil }
        if let known = spanByText[bytes] { return known }
        do {
            let span = spans.intern(CPUSet(ranges: try CPUList.parse(bytes.span)))
            spanByText[bytes] = span
            return span
        } catch {
            note(path, error.description)
            return nil
        }
    }

    /// A list of CPUs.
    mutating func cpus(_ path: String, mayBeMissing: Bool = false) -> CPUSet? {
        span(path, mayBeMissing: mayBeMissing).map { spans[$0] }
    }

    /// A list of nodes.
    mutating func nodes(_ path: String, mayBeMissing: Bool = false) -> NodeSet? {
        guard let bytes = bytes(path, mayBeMissing: mayBeMissing) else { return nil }
        do {
            return NodeSet(ranges: try CPUList.parse(bytes.span, largest: CPUList.largestNode))
        } catch {
            note(path, error.description)
            return nil
        }
    }

    /// The numbers N of the entries `prefixN` of a directory, ascending; empty if it cannot be listed.
    func numbered(_ directory: String, prefix: String) -> [Int] {
        Self.numbered((try? root.list(directory)) ?? [], prefix: prefix)
    }

    /// The numbers N of the names `prefixN`, ascending.
    static func numbered(_ names: [String], prefix: String) -> [Int] {
        names.compactMap { $0.hasPrefix(prefix) ? Int($0.dropFirst(prefix.count)) : nil }
            .filter { (0...CPUSet.numberLimit).contains($0) }.sorted()
    }

    mutating func note(_ failure: SourceFailure) {
        switch failure {
        case .unreadable(let read): note(read.path, read.description(isLive: root.isLive))
        case .malformed(let path, let error): note(path, error.description)
        case .inconsistent(let path, let reason): note(path, reason)
        }
    }

    mutating func note(_ path: String, _ reason: String, isExpected: Bool = false) {
        var pattern = ""
        for character in path {
            if character.isNumber {
                if pattern.last != "N" { pattern.append("N") }
            } else {
                pattern.append(character)
            }
        }
        if failures[pattern]?.isExpected ?? true, failures[pattern] == nil || !isExpected {
            failures[pattern] = Failure(reason: reason, isExpected: isExpected)
        }
    }
}
