import FixtureSupport
import History
import HistoryFiles
import NUMATopology

/// Rounds that nobody measured: they depend on the seed alone.
struct MadeUpRounds {
    static let second: UInt64 = 1_000_000_000
    /// 2026-12-01T00:00:00Z, a whole minute.
    static let start: UInt64 = 1_796_083_200 * second

    var generator: SeededGenerator
    /// Groups, a third of which are busy.
    var groupCount: Int
    /// Those of even numbers are this user's, the others the system's.
    var owner: UInt32 = 1000
    private var totals: [HistoryScope: Int64] = [:]

    init(seed: UInt64 = 1, groupCount: Int = 6) {
        generator = SeededGenerator(seed: seed)
        self.groupCount = groupCount
    }

    static func group(_ number: Int, owner: UInt32 = 1000) -> HistoryScope {
        .group("unit-\(number).service", owner: number % 2 == 0 ? owner : nil)
    }

    /// The round at a time, seconds after the start; both clocks go alike.
    mutating func round(at seconds: Double, monotonic: Double? = nil) -> HistoryRound {
        var round = HistoryRound(
            wallClockNanoseconds: Self.start + UInt64(seconds * 1e9),
            monotonicNanoseconds: UInt64((monotonic ?? seconds + 1000) * 1e9))
        round.scopes = [
            scope(.host, [(HistoryKey(.hintFaults), count(.host, 50_000)), (HistoryKey(.processCount), 400)])
        ]
        for node in 0..<2 {
            round.scopes.append(
                scope(
                    .node(NodeID(node)),
                    [
                        (HistoryKey(.freeBytes), 1000 + Int64(generator.below(50))),
                        (HistoryKey(.busyRatio), Int64(generator.below(10_000))),
                    ]))
        }
        for number in 0..<groupCount {
            let isBusy = number % 3 == 0
            let scope = Self.group(number, owner: owner)
            var values: [(HistoryKey, Int64)] = [
                (HistoryKey(.threadCount), 3 + Int64(number)), (HistoryKey(.residentBytes), 700),
                (HistoryKey(.verdict), Int64(number % 7)), (HistoryKey(.reason), -1),
            ]
            let all = isBusy ? count(scope, 5000) : totals[scope] ?? 7
            values.append((HistoryKey(.cpuSeconds), all))
            values.append((HistoryKey(.cpuSeconds, node: NodeID(0)), all))
            if isBusy {
                values.append((HistoryKey(.locality), Int64(generator.below(10_000))))
                if generator.below(3) == 0 {
                    values.append((HistoryKey(.memoryBytes), 600))
                    values.append((HistoryKey(.memoryBytes, node: NodeID(1)), 600))
                }
            }
            round.scopes.append(self.scope(scope, values, HistoryGroup(kind: "unit")))
        }
        round.settings = [HistoryRound.Setting(name: "kernel.numa_balancing", value: "1")]
        return round
    }

    private mutating func count(_ scope: HistoryScope, _ most: Int) -> Int64 {
        totals[scope, default: 1_000_000] += Int64(generator.below(most))
        return totals[scope] ?? 0
    }

    private func scope(
        _ scope: HistoryScope, _ values: [(HistoryKey, Int64)], _ group: HistoryGroup? = nil
    ) -> HistoryRound.Scope {
        var made = HistoryRound.Scope(scope: scope, group: group, values: [])
        made.values = values.map { HistoryRound.Value(key: $0.0, steps: $0.1) }
        return made
    }
}

extension HistoryRound {
    /// The value of a key as a person reads it.
    func value(_ key: HistoryKey, of scope: HistoryScope) -> Double? {
        scopes.first { $0.scope == scope }?.values.first { $0.key == key }.map { key.figure.amount($0.steps) }
    }
}

extension HistoryLife {
    static let first = HistoryLife(bootID: "boot-1", version: "0.1.0", hostName: "made-up")
    static let afterReboot = HistoryLife(bootID: "boot-2", version: "0.1.0", hostName: "made-up")
}

/// A directory with a history, gone when the test is over.
final class HistoryDirectory {
    let path: String
    var file: String { "\(path)/\(HistoryRecorder.fileName)" }

    init() throws {
        path = try TemporaryDirectory.make()
    }

    func recorder(_ life: HistoryLife = .first, _ limits: HistoryLimits = HistoryLimits()) -> HistoryRecorder {
        HistoryRecorder(directory: path, limits: limits, life: life)
    }

    deinit { _ = try? HistoryProgram.run("/bin/rm", ["-rf", path]) }
}
