import NUMATopology

@testable import Verdicts

/// The behaviours that were measured against every access of a guest (Linux 6.12, two nodes, 8 MiB, 4 KiB pages), with the
/// numbers of those runs.
enum Seeds {
    static let size: UInt64 = 8 << 20
    private static let page: UInt64 = 4096

    /// Private memory on the wrong node: 2,056 pages armed and faulted, 2,046 moved in the first rounds, then hardly anything.
    static let wrongNode = SimulatedHost([SimulatedLoad("seed", cpus: [0, 1], bytes: [size, 0])])
    static func wrongNode(_ round: Int, _ load: inout SimulatedLoad) {
        load.threads = [0, 1]
        guard (2...3).contains(round) else {
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (0.3, 0.3, 0)
            return
        }
        (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (205.6, 205.2, 204.6)
        let moved = UInt64(1023 * (round - 1)) * page
        load.bytes = [size - moved, moved]
    }

    /// Two pinned threads on the same pages: 2,913 moved in about six seconds, the nodes' shares stay about even.
    static let sharedByTwo = SimulatedHost([SimulatedLoad("seed", cpus: [1, 1], bytes: [size / 2, size / 2])])
    static func sharedByTwo(_ round: Int, _ load: inout SimulatedLoad) {
        load.threads = [1, 1]
        (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (1600, 1530, 485)
        let shift = UInt64([3, 40, 12, 25][round % 4]) * page
        load.bytes = round % 2 == 0 ? [size / 2 + shift, size / 2 - shift] : [size / 2 - shift, size / 2 + shift]
    }

    /// One thread that changes nodes every 0.3 s: 10,220 pages moved in about seven seconds; of its time 36 % and 64 % in one
    /// round, 64 % and 36 % in the next.
    static let hopping = SimulatedHost([SimulatedLoad("seed", cpus: [0.36, 0.64], bytes: [size / 2, size / 2])])
    static func hopping(_ round: Int, _ load: inout SimulatedLoad) {
        let isEven = round % 2 == 0
        load.cpus = isEven ? [0.36, 0.64] : [0.64, 0.36]
        load.threads = isEven ? [0, 1] : [1, 0]
        load.bytes = isEven ? [size / 10 * 7, size - size / 10 * 7] : [size - size / 10 * 7, size / 10 * 7]
        (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (1650, 1600, 1460)
    }

    /// Memory bound to the other node: one page moved, of the program's own.
    static let bound: SimulatedHost = {
        var load = SimulatedLoad("seed", cpus: [1, 0], bytes: [size / 26, size])
        load.policy = "bind:1"
        load.allowedCPUNodes = [NodeID(0)]
        return SimulatedHost([load])
    }()
    static func bound(_ round: Int, _ load: inout SimulatedLoad) {
        (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (2, 2, round == 3 ? 0.2 : 0)
    }

    /// Right from the start: nothing moves.
    static let right = SimulatedHost([SimulatedLoad("seed", cpus: [1, 0], bytes: [size, 0])])
    static func right(_ round: Int, _ load: inout SimulatedLoad) {
        (load.armedPerSecond, load.faultsPerSecond) = round < 3 ? (205, 205) : (0.2, 0.2)
    }
}
