import FixtureSupport
import TextOutput

/// What a guest recorded of one moment: the kernel's files before and after, and the daemon's documents between.
///
/// | path below `files/NAME` | what |
/// | --- | --- |
/// | `before/…`, `after/…` | files of the kernel, at their paths |
/// | `published/NAME.json` | documents of `/v1` |
/// | `published/process-PID.json` | `/v1/processes/PID` |
/// | `published/metrics` | `/metrics` |
/// | `draws/N/…` | the same of several moments |
struct Recording {
    let result: GuestResult
    /// `moving`, `still`, `sample`.
    let name: String

    /// - Throws: ``LabFailure`` if the step that makes it did not succeed.
    init(_ result: GuestResult, _ name: String, step: String) throws(LabFailure) {
        guard let step = result.step(step) else { throw LabFailure("judge", "the step \(step) did not run") }
        guard step.status == 0 else { throw LabFailure("record", step.summary) }
        self.result = result
        self.name = name
    }

    /// When the kernel's files were read.
    enum Side: String, CaseIterable {
        case before
        case after
    }

    /// A file of the kernel; nil where it was not recorded.
    func kernel(_ side: Side, _ path: String) -> String? {
        result.file("\(name)/\(side.rawValue)\(path)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// Names in a directory of the kernel's.
    func kernelNames(_ path: String) -> [String] {
        HostFiles.names(in: "\(result.directory)/files/\(name)/before\(path)").sorted()
    }

    /// A document of the daemon.
    func published(_ document: String) throws(LabFailure) -> JSONValue { try self.document(document, in: "published") }

    /// The moments at which documents were recorded again and again, in order.
    var draws: [String] { HostFiles.names(in: "\(result.directory)/files/\(name)/draws").sorted() }

    /// A document of one of ``draws``.
    func drawn(_ draw: String, _ document: String) throws(LabFailure) -> JSONValue {
        try self.document(document, in: "draws/\(draw)")
    }

    /// A document in a directory below the recording's.
    func document(_ document: String, in directory: String) throws(LabFailure) -> JSONValue {
        guard let bytes = result.file("\(name)/\(directory)/\(document).json") else {
            throw LabFailure("judge \(name)", "the document \(document) was not recorded")
        }
        guard let value = JSONValue(bytes) else {
            throw LabFailure(
                "judge \(name)", "the document \(document) is no JSON: \(String(decoding: bytes, as: UTF8.self))")
        }
        return value
    }

    /// The text of `/metrics`.
    var metrics: [UInt8] { result.file("\(name)/published/metrics") ?? [] }

    /// The samples of a metric: labels as written, and the value.
    func samples(_ metric: String) -> [(labels: String, value: Double)] {
        String(decoding: metrics, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard line.hasPrefix(metric), let space = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: space)...])
            else { return nil }
            let labels = line[line.index(line.startIndex, offsetBy: metric.count)..<space]
            return labels.isEmpty || labels.hasPrefix("{") ? (String(labels), value) : nil
        }
    }

    /// The workloads' processes of which the kernel's files were recorded.
    var processes: [Int] { kernelNames("/proc").compactMap(Int.init).sorted() }

    func threads(of pid: Int) -> [Int] { kernelNames("/proc/\(pid)/task").compactMap(Int.init).sorted() }
}

extension JSONValue {
    /// The member as a whole number.
    func whole(_ name: String) -> UInt64? { self[name]?.number.flatMap { UInt64(exactly: $0) } }

    /// A member `{"0": 12, "1": 34}`: by node, without zeros.
    func byNode(_ name: String) -> [Int: UInt64] {
        var values: [Int: UInt64] = [:]
        for (key, value) in self[name]?.members ?? [:] {
            guard let node = Int(key), let number = value.number.flatMap({ UInt64(exactly: $0) }), number > 0 else {
                continue
            }
            values[node] = number
        }
        return values
    }
}
