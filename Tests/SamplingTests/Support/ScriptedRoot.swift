import LinuxSystem
import Synchronization
import SystemPackage

/// A root whose files change as the test says: between rounds, or in the middle of one.
final class ScriptedRoot: HostRoot {
    private struct State {
        var memory: MemoryRoot
        /// What the next reads of a path give, before it is as it stands.
        var queued: [String: [[UInt8]]] = [:]
        /// What happens once a path has been read.
        var afterwards: [String: @Sendable (inout MemoryRoot) -> Void] = [:]
        var reads: [String: Int] = [:]
        /// The run time of processes; absent where the root has no such clocks.
        var runNanoseconds: [Int32: UInt64]?
    }

    let isLive: Bool
    private let state: Mutex<State>

    init(_ memory: MemoryRoot = MemoryRoot(), isLive: Bool = false) {
        self.isLive = isLive
        state = Mutex(State(memory: memory))
    }

    /// Changes what is there from now on.
    func change(_ body: (inout MemoryRoot) -> Void) {
        state.withLock { body(&$0.memory) }
    }

    /// Lets the next reads of a path give these texts, one after the other.
    func queue(_ path: String, _ texts: String...) {
        state.withLock { $0.queued[path, default: []] += texts.map { Array($0.utf8) } }
    }

    /// Changes what is there as soon as a path has been read, once.
    func after(reading path: String, _ body: @escaping @Sendable (inout MemoryRoot) -> Void) {
        state.withLock { $0.afterwards[path] = body }
    }

    /// How often a path was asked for.
    func readCount(_ path: String) -> Int {
        state.withLock { $0.reads[path] ?? 0 }
    }

    /// All paths that were asked for since the last call, however often.
    func takeReads() -> [String: Int] {
        state.withLock { state in
            defer { state.reads = [:] }
            return state.reads
        }
    }

    /// Sets the clocks of the processes' run time.
    func setRunNanoseconds(_ clocks: [Int32: UInt64]) {
        state.withLock { $0.runNanoseconds = clocks }
    }

    func processRunNanoseconds(_ pid: Int32) -> UInt64? {
        state.withLock { $0.runNanoseconds?[pid] }
    }

    private var memory: MemoryRoot { state.withLock { $0.memory } }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        let queued = state.withLock { state -> [UInt8]? in
            state.reads[path, default: 0] += 1
            guard var texts = state.queued[path], !texts.isEmpty else { return nil }
            let text = texts.removeFirst()
            state.queued[path] = texts
            return text
        }
        let memory = memory
        state.withLock { state in
            if let change = state.afterwards.removeValue(forKey: path) { change(&state.memory) }
        }
        if let queued {
            buffer = queued
        } else {
            try memory.read(path, into: &buffer, limitBytes: limitBytes)
        }
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] { try memory.list(directory) }

    func linkTarget(_ path: String) throws(ReadFailure) -> String { try memory.linkTarget(path) }
}
