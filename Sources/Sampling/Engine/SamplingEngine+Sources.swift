import HostReading
import LinuxSystem
package import Snapshots

/// Trying what can be read here: seldom by itself, as it seldom changes, and whenever somebody asks.
extension SamplingEngine {
    /// What was tried within this time is the present.
    private static var presentNanoseconds: UInt64 { 5_000_000_000 }

    mutating func probeSources(_ now: UInt64) {
        sources = SourceProbes(probedRoot).run()
        for index in sources.indices { sources[index].triedAtNanoseconds = now }
        sourcesAt = now
    }

    /// Tries the sources again: something was changed, perhaps what they need.
    package mutating func retrySources() {
        probeSources(time.monotonicNanoseconds)
    }

    /// The sources as they are now.
    package mutating func presentSources() -> [SourceStatus] {
        let now = time.monotonicNanoseconds
        if sourcesAt.map({ now - min($0, now) >= Self.presentNanoseconds }) ?? true { probeSources(now) }
        return sources
    }
}
