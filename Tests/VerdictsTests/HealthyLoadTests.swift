import NUMATopology
import Snapshots
import Testing

@testable import Verdicts

/// Loads of ordinary hosts, with the costs of ordinary machines.
enum HealthyLoad: String, CaseIterable, CustomTestStringConvertible {
    case build, fileServer, idleDatabase, converged, scannedSeldom, sharedByFour, phases, growing, convergingSlowly
    case changingPlaces

    var testDescription: String { rawValue }
    private static let size: UInt64 = 2 << 30
    private static let page: UInt64 = 4096

    var host: SimulatedHost {
        var load = SimulatedLoad("load", cpus: [1, 1], bytes: [Self.size / 2, Self.size / 2])
        switch self {
        case .build: load.hasProcess = false
        case .fileServer: load.cpus = [0.02, 0.03]
        case .idleDatabase: load.cpus = [0.001, 0]
        case .converged, .scannedSeldom, .growing:
            load.cpus = [2, 0]
            load.bytes = [Self.size, 0]
        case .convergingSlowly:
            load.cpus = [0, 2]
            load.bytes = [Self.size, 0]
        case .sharedByFour: load.threads = [2, 2]
        case .phases, .changingPlaces: break
        }
        return SimulatedHost([load])
    }

    func script(_ round: Int, _ load: inout SimulatedLoad) {
        let wave = UInt64((round * 37) % 100)
        switch self {
        case .build:
            // Thousands of short processes: memory and threads come and go, a few pages move by chance.
            load.cpus = [3.2 + Double(wave) / 100, 3.6 - Double(wave) / 100]
            load.bytes = [Self.size / 4 + wave << 22, Self.size / 4 + (100 - wave) << 22]
            load.threads = [3 + Int(wave % 3), 4 - Int(wave % 2)]
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (900, 300, 40)
        case .fileServer:
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (20, 8, 1)
        case .idleDatabase: break
        case .converged:
            // Scanned at the start, then once a minute.
            let rate = round < 6 ? 20_000.0 : round % 12 == 0 ? 9000 : 0
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (rate, rate, 0)
        case .scannedSeldom:
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (400, 300, 0.1)
        case .sharedByFour:
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (600, 500, 5)
        case .phases:
            // For two minutes on one node, then on the other; its memory follows in half a minute.
            let isSecond = (round / 24) % 2 == 1
            let step = min(6, round % 24)
            load.cpus = isSecond ? [0, 1] : [1, 0]
            load.threads = isSecond ? [0, 1] : [1, 0]
            let here = Self.size / 6 * UInt64(step)
            load.bytes = isSecond ? [Self.size - here, here] : [here, Self.size - here]
            let rate = step < 6 ? 17_000.0 : 0
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (rate, rate, rate)
        case .growing:
            load.bytes[0] = Self.size + UInt64(min(round, 200)) << 23
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (1500, 1200, 2)
        case .convergingSlowly:
            // 20 MiB a second, until all is there.
            let there = min(Self.size, UInt64(round) * 5 * (20 << 20))
            let isDone = there == Self.size
            load.bytes = [Self.size - there, there]
            load.threads = [0, 1]
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) =
                isDone ? (50, 40, 0) : (6000, 5500, 5120)
        case .changingPlaces:
            // Two processes whose memory is each on the other's node: all of it changes places, and the sums stay.
            let rate = round < 21 ? 5120.0 : 0
            load.threads = [1, 1]
            (load.armedPerSecond, load.faultsPerSecond, load.movedPerSecond) = (rate + 30, rate + 20, rate)
        }
    }
}

@Suite("Healthy loads are never said to be hurt")
struct HealthyLoadTests {
    @Test("in half an hour", arguments: HealthyLoad.allCases)
    func never(_ load: HealthyLoad) {
        let measured = CostModel.calibrated(entry: 60, fault: 400, move: 2500)
        for costs in [CostModel.assumed, measured] {
            let course = Course.of(load.host, rounds: 360, costs: costs, load.script)
            #expect(!course.verdicts.contains(.hurting))
            #expect(!course.hosts.contains { $0.record.verdict == .hurting })
            #expect(!course.detected.contains(.pagePingPong) || load == .phases)
        }
    }

    @Test("a verdict does not flutter", arguments: HealthyLoad.allCases)
    func calm(_ load: HealthyLoad) {
        let course = Course.of(load.host, rounds: 360, costs: .assumed, load.script)
        #expect(course.said.count <= (load == .phases ? 15 : 4))
    }

    @Test("memory that converges slowly is helped while it does")
    func convergingSlowly() throws {
        let load = HealthyLoad.convergingSlowly
        let course = Course.of(load.host, rounds: 120, costs: .assumed, load.script)
        #expect(course.said.contains(.helping) && course.last.verdict == .converged)
        let middle = try #require(course.records[15].figures)
        #expect(try #require(middle.trendPerMinute) > 0.1)
        #expect(try #require(middle.convergesInNanoseconds) < 120_000_000_000)
    }

    @Test("what hardly runs is inactive and keeps no figures")
    func idle() {
        let load = HealthyLoad.idleDatabase
        let course = Course.of(load.host, rounds: 30, costs: .assumed, load.script)
        #expect(course.last.verdict == .inactive && course.last.reason == .idle)
        #expect(course.last.figures == nil)
        #expect(course.processes.allSatisfy { $0 == nil })
    }
}
