/// All guests of the truth bench: two machines on each kernel.
package struct TruthMatrix: Sendable {
    package var runs: [TruthRun]
    /// The emulator's CPUs take turns, so that a guest takes one of the host's.
    package var guestsAtOnce: Int

    /// The kernels of `docs/truth.md`: the oldest that is supported for long, the one of the newest stable Debian, the newest.
    package static let kernels: [KernelSeries] = [.linux61, .linux612, .linux73]

    package init(runs: [TruthRun], guestsAtOnce: Int = 2) {
        self.runs = runs
        self.guestsAtOnce = guestsAtOnce
    }

    /// Runs them.
    ///
    /// - Parameter report: Called with what came of each guest as it ends, not in order.
    /// - Returns: What came of all; a guest that failed is a problem.
    package func run(report: @Sendable (TruthRun.Outcome) -> Void = { _ in }) async -> TruthRun.Outcome {
        var all = TruthRun.Outcome()
        await withTaskGroup(of: TruthRun.Outcome.self) { group in
            var next = 0
            var ended = 0
            while next < runs.count || !group.isEmpty {
                while next < runs.count, next - ended < guestsAtOnce {
                    let run = runs[next]
                    group.addTask { await Self.outcome(of: run) }
                    next += 1
                }
                guard let outcome = await group.next() else { break }
                ended += 1
                all.rows += outcome.rows
                all.problems += outcome.problems
                report(outcome)
            }
        }
        return all
    }

    private static func outcome(of run: TruthRun) async -> TruthRun.Outcome {
        do {
            return try await run.run()
        } catch {
            var outcome = TruthRun.Outcome()
            outcome.problems = ["\(run.machine.rawValue) on \(run.series.rawValue): \(error)"]
            return outcome
        }
    }
}
