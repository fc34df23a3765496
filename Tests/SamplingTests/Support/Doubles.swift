import LinuxSystem
import NUMATopology
import Sampling
import Synchronization

/// Costs a test sets.
final class FakeCost: CostMeter {
    private struct State {
        var thread: UInt64 = 0
        var process: UInt64 = 0
        var step: UInt64 = 0
    }

    private let state = Mutex(State())

    /// - Parameter step: CPU time that passes from one look at the thread's clock to the next.
    init(step: UInt64 = 0) {
        state.withLock { $0.step = step }
    }

    func spend(_ nanoseconds: UInt64) {
        state.withLock { $0.process += nanoseconds }
    }

    var threadCPUNanoseconds: UInt64 {
        state.withLock { state in
            state.thread += state.step
            return state.thread
        }
    }
    var processCPUNanoseconds: UInt64 { state.withLock { $0.process } }
    var residentBytes: UInt64? { 12 << 20 }
}

extension Machine {
    /// What `MemoryRoot.twoNodes` describes.
    static var twoNodes: Machine {
        Machine(
            nodes: [.init(id: NodeID(0), cpus: [0, 1]), .init(id: NodeID(1), cpus: [2, 3])], distances: nil,
            possibleCPUs: [0, 1, 2, 3], onlineCPUs: [0, 1, 2, 3])
    }
}

let node0 = NodeID(0)
let node1 = NodeID(1)
let secondNanoseconds: UInt64 = 1_000_000_000
