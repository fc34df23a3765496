import TextOutput

/// A protocol to try a setting: as it is, changed, changed, as it was (ABBA), a quarter of an hour each.
///
/// Whatever drifts evenly meanwhile, a load that grows or a cache that fills, lies on both sides alike and cancels out: with the
/// phases at 1, 2, 3 and 4 the middle of A is (1 + 4)/2 = 2.5, and that of B (2 + 3)/2 = 2.5. After a switch some minutes do not
/// count: memory that was moved stays where it is until something moves it again. They are left out of every phase, also where
/// nothing was switched, so that the middles stay the same.
package struct AlternatingPlan: Sendable, Equatable {
    /// A name of a setting as `sysctl` has it.
    package var setting: String
    package var before: String
    package var after: String
    /// When the first phase begins: seconds since 1970.
    package var startSeconds: UInt64
    package var phaseSeconds: UInt64
    /// After each switch so long does not count.
    package var settlingSeconds: UInt64

    package init(
        setting: String = "kernel.numa_balancing", before: String, after: String, startSeconds: UInt64,
        phaseSeconds: UInt64 = 900, settlingSeconds: UInt64 = 180
    ) {
        self.setting = setting
        self.before = before
        self.after = after
        self.startSeconds = startSeconds
        self.phaseSeconds = max(1, phaseSeconds)
        self.settlingSeconds = min(settlingSeconds, self.phaseSeconds / 2)
    }

    package struct Phase: Sendable, Equatable {
        /// `A` or `B`
        package var letter: Character
        package var value: String
        package var startSeconds: UInt64
        package var endSeconds: UInt64
        /// From when on it counts.
        package var countedSeconds: UInt64
    }

    package var phases: [Phase] {
        "ABBA".enumerated().map { index, letter in
            let start = startSeconds + UInt64(index) * phaseSeconds
            return Phase(
                letter: letter, value: letter == "A" ? before : after, startSeconds: start,
                endSeconds: start + phaseSeconds, countedSeconds: start + settlingSeconds)
        }
    }

    package var endSeconds: UInt64 { startSeconds + 4 * phaseSeconds }
}
