import HostReading
import LinuxSystem
package import Snapshots

/// Trying what can be read here: seldom by itself, as it seldom changes, and whenever somebody asks.
extension SamplingEngine {
    /// What was tried within this time is the present.
    private static var presentNanoseconds: UInt64 { 5_000_000_000 }

    /// Tries the sources. Where we have no descriptors to try them with, nothing follows: what was known stays, and the next
    /// round tries again.
    mutating func probeSources(_ now: UInt64) {
        let counting = CountingRoot(probedRoot)
        var found = SourceProbes(counting).run()
        shortages += counting.shortages
        guard counting.shortages == 0 || sources.isEmpty else { return }
        // What became of using it says more than that it can be read.
        if let own = ledger.sweeper.source, let index = found.firstIndex(where: { $0.name == own.name }) {
            found[index] = own
        }
        for index in found.indices { found[index].triedAtNanoseconds = now }
        sources = found
        if counting.shortages == 0 { sourcesAt = now }
    }

    /// Tries the sources again: something was changed, perhaps what they need.
    package mutating func retrySources() {
        ledger.sweeper.retry()
        probeSources(time.monotonicNanoseconds)
    }

    /// The sources as they are now.
    package mutating func presentSources() -> [SourceStatus] {
        let now = time.monotonicNanoseconds
        if sourcesAt.map({ now - min($0, now) >= Self.presentNanoseconds }) ?? true { probeSources(now) }
        return sources
    }
}
