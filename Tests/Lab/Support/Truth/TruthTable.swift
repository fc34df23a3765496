/// What the emulator's plugin wrote (`Tests/Lab/Plugin/truth.c`): what was counted between one mark and the next.
///
/// ```
/// numawatch-truth version=1 cpus=6 nodes=2 lines=32768 delay=0
/// mark seed=private run=private-on-1 window=1
/// vcpu cpu=3 user=37790832 kernel=6484162
/// data cpu=3 node=1 slot=1 reads=4915200 writes=4915200 fills=4886624
/// root name=task_numa_work entries=2 instructions=403211
/// end thread_ns=1567774894 lost=0
/// ```
package struct TruthTable: Sendable, Hashable {
    /// What one vCPU executed.
    package struct VCPU: Sendable, Hashable {
        package var cpu: Int
        package var userInstructions: UInt64
        package var kernelInstructions: UInt64
    }

    /// What one vCPU's user code did with memory of one node in one slot of addresses.
    package struct Data: Sendable, Hashable {
        package var cpu: Int
        package var node: Int
        /// 0: all that is in no slot of its own.
        package var slot: Int
        package var reads: UInt64
        package var writes: UInt64
        /// Accesses that missed the filter of cache lines.
        package var fills: UInt64
    }

    /// What was done from a kernel function's entry until it returned.
    package struct Function: Sendable, Hashable {
        package var name: String
        package var entries: UInt64
        package var instructions: UInt64
    }

    /// What was counted before a mark, from the one before it on.
    package struct Mark: Sendable, Hashable {
        package var seed: String
        package var run: String
        package var window: Int
        package var vcpus: [VCPU] = []
        package var data: [Data] = []
        package var functions: [Function] = []
        /// CPU time of the emulator's threads.
        package var threadNanoseconds: UInt64 = 0
        /// Functions whose return was not seen: the kernel had gone on with another task.
        package var lost: UInt64 = 0
    }

    package var cpuCount: Int
    package var nodeCount: Int
    /// Cache lines of the filter that each vCPU has; 0: none.
    package var lineCount: UInt64
    /// Turns of the loop that a fill from another node takes.
    package var delay: UInt64
    /// All but the last, which the emulator writes at its end.
    package private(set) var marks: [Mark] = []

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - file: Its name, for messages.
    /// - Throws: ``LabFailure`` with file and line where something is not as the plugin writes it.
    package init(parsing text: String, file: String) throws(LabFailure) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var reader = TruthLine(lines[0], file: file, number: 1)
        guard reader.kind == "numawatch-truth", try reader.number("version") == 1 else {
            throw reader.failure("it does not begin with numawatch-truth version=1")
        }
        cpuCount = Int(clamping: try reader.number("cpus"))
        nodeCount = Int(clamping: try reader.number("nodes"))
        lineCount = try reader.number("lines")
        delay = try reader.number("delay")
        var open: Mark?
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            reader = TruthLine(line, file: file, number: index + 1)
            if reader.kind == "mark" {
                guard open == nil else { throw reader.failure("the mark before it has no end") }
                if line == "mark exit" { return }
                open = Mark(
                    seed: try reader.text("seed"), run: try reader.text("run"),
                    window: Int(clamping: try reader.number("window")))
                continue
            }
            guard var mark = open else { throw reader.failure("it belongs to no mark") }
            try mark.add(&reader)
            if reader.kind == "end" {
                marks.append(mark)
                open = nil
            } else {
                open = mark
            }
        }
        if open != nil { throw reader.failure("the file ends within a mark") }
    }

    /// The windows of a run, in order; what came before its first window is 0.
    package func windows(of run: String) -> [Mark] {
        marks.filter { $0.run == run }.sorted { $0.window < $1.window }
    }
}

extension TruthTable.Mark {
    fileprivate mutating func add(_ line: inout TruthLine) throws(LabFailure) {
        switch line.kind {
        case "vcpu":
            vcpus.append(
                TruthTable.VCPU(
                    cpu: Int(clamping: try line.number("cpu")), userInstructions: try line.number("user"),
                    kernelInstructions: try line.number("kernel")))
        case "data":
            data.append(
                TruthTable.Data(
                    cpu: Int(clamping: try line.number("cpu")), node: Int(clamping: try line.number("node")),
                    slot: Int(clamping: try line.number("slot")), reads: try line.number("reads"),
                    writes: try line.number("writes"), fills: try line.number("fills")))
        case "root":
            functions.append(
                TruthTable.Function(
                    name: try line.text("name"), entries: try line.number("entries"),
                    instructions: try line.number("instructions")))
        case "end":
            threadNanoseconds = try line.number("thread_ns")
            lost = try line.number("lost")
        default: throw line.failure("there are no lines of the kind \(line.kind)")
        }
    }
}

/// A line `kind key=value…`.
struct TruthLine {
    let kind: String
    private let values: [String: String]
    private let place: String

    init(_ line: Substring, file: String, number: Int) {
        let words = line.split(separator: " ")
        kind = words.first.map(String.init) ?? ""
        var values: [String: String] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        self.values = values
        place = "\(file):\(number)"
    }

    func text(_ key: String) throws(LabFailure) -> String {
        guard let value = values[key] else { throw failure("\(kind) has no \(key)=") }
        return value
    }

    func number(_ key: String) throws(LabFailure) -> UInt64 {
        let text = try text(key)
        guard let value = UInt64(text) else { throw failure("\(key)=\(text) is no number") }
        return value
    }

    func failure(_ reason: String) -> LabFailure { LabFailure("read \(place)", reason) }
}
