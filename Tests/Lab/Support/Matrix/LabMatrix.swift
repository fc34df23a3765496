/// All guests: every topology on every kernel that ``LabCoverage`` has it on.
package struct LabMatrix: Sendable {
    package var runs: [LabRun]

    package var guestsAtOnce: Int

    /// - Parameter guestsAtOnce: A guest emulates several CPUs with as many threads of the host, so that more than two
    ///   on two cores only wait for each other.
    package init(runs: [LabRun], guestsAtOnce: Int = 2) {
        self.runs = runs
        self.guestsAtOnce = guestsAtOnce
    }

    /// Runs them.
    ///
    /// - Parameter report: Called with the rows of each guest as it ends, not in order.
    /// - Returns: The rows of all guests, in the order of the runs.
    package func run(report: @Sendable ([LabRun.Row]) -> Void = { _ in }) async -> [LabRun.Row] {
        var results: [Int: [LabRun.Row]] = [:]
        await withTaskGroup(of: (Int, [LabRun.Row]).self) { group in
            var next = 0
            while next < runs.count || !group.isEmpty {
                while next < runs.count, next - results.count < guestsAtOnce {
                    let index = next
                    let run = runs[index]
                    group.addTask { (index, await run.run()) }
                    next += 1
                }
                guard let (index, rows) = await group.next() else { break }
                results[index] = rows
                report(rows)
            }
        }
        return results.sorted { $0.key < $1.key }.flatMap(\.value)
    }
}
