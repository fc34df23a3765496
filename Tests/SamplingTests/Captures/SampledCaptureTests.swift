import BalancingModel
import Sampling
import Testing

/// The sampled drive against the truth of real traces.
///
/// A trace, replayed in the shadow drive, is the host. It is read at two cadences: every 2 s, as the traces' own marks were
/// written, and with looks between these rounds as the daemon takes them (``FollowSchedule`` and ``PlacementWatch`` decide,
/// every 100 ms: half of the 200 ms scan period of these hosts). What the drive says of each interval between rounds is
/// compared with what the trace holds: faults of the host; pages folded by each task and process; pages migrated; bounds;
/// preferred nodes.
@Suite struct SampledCaptureTests {
    static let names = [
        "t-pingpong-policy-2n-6.12", "t-private-2n-6.1", "t-private-2n-6.12", "t-shared-2n-6.1", "t-shared-2n-6.12",
        "t-shared-4n-ring-6.12",
    ]

    @Test("Each interval of each task comes out within two per cent, and all bounds hold", arguments: names)
    func comesOut(name: String) throws {
        let capture = try Capture(name)
        // The aim is 2 %; what these traces give is exact but for ledgers of a page or two.
        let followed = SampledComparison.run(capture, isFollowing: true)
        for errors in [followed.processes, followed.tasks, followed.nodes] {
            #expect(errors.worst <= 0.02, "\(followed.description)")
            #expect(errors.largestOfSmall <= 1, "\(followed.description)")
        }
        #expect(followed.tasks.count >= 50)
        #expect(followed.tasks.large >= 5)
        #expect(followed.missedPages <= 0.02 * followed.foldedPages)
        #expect(followed.preferredMispredicted <= followed.preferredCount / 50)
        expectTruths(followed)

        // Rounds alone: a process that lived between two of them is not met, and what they fold twice in between cannot
        // be told apart. Bounds and counts hold all the same.
        let rounds = SampledComparison.run(capture, isFollowing: false)
        #expect(rounds.tasks.large >= 5)
        expectTruths(rounds)
    }

    /// What holds at any cadence.
    private func expectTruths(_ comparison: SampledComparison) {
        #expect(comparison.host.worst == 0)
        #expect(comparison.migrated.worst == 0)
        #expect(comparison.violations == [])
        #expect(comparison.preferredDiffering == 0)
    }
}
