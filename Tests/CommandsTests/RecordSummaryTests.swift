import Testing
import Tracing

@testable import Commands

@Suite("What record says")
struct RecordSummaryTests {
    private func summary(_ processes: [Int32] = [], duration: Double? = 10) -> RecordSummary {
        var summary = RecordSummary(path: "t.dat", processes: processes, setUpNanoseconds: 1_000_000_000)
        summary.began(atNanoseconds: 3_400_000_000, clock: "2026-11-30T15:00:02.400Z", duration: duration)
        return summary
    }

    @Test("when it begins, how long setting up took, of whom and for how long")
    func beginning() {
        #expect(
            summary().beginning == "recording all processes for 10 s, since 2026-11-30T15:00:02.400Z; setting up took "
                + "2.4 s, of which nothing is recorded")
        #expect(summary([7], duration: nil).beginning.hasPrefix("recording process 7 until Ctrl-C, since"))
        #expect(summary([7, 8]).beginning.hasPrefix("recording processes 7, 8 for 10 s"))
    }

    @Test("what the recording holds, in the time since it began")
    func end() {
        var summary = summary()
        summary.ended(atNanoseconds: 13_500_000_000)
        summary.counts = [.hintFault: 1234, .schedSwitch: 10_000]
        summary.bytes = 3 << 20
        #expect(summary.end == ["recorded 10 s: 11,234 events (3.0M), of which 1,234 hint faults, in t.dat"])
        summary.lost = 12
        #expect(summary.end.last == "12 events were lost: a larger --buffer holds more")
    }

    @Test("that it holds nothing, or no hint fault, and what may be the reason")
    func nothing() {
        var nothing = summary([7])
        nothing.ended(atNanoseconds: 13_400_000_000)
        #expect(nothing.end.count == 2)
        #expect(nothing.end[0].hasPrefix("nothing was recorded in 10 s: not one event"))
        #expect(nothing.end[1].contains("kernel.numa_balancing") && nothing.end[1].contains("do these processes run?"))
        var quiet = summary()
        quiet.counts = [.schedSwitch: 5]
        quiet.ended(atNanoseconds: 3_500_000_000)
        #expect(quiet.end[0].contains("5 events") && quiet.end[0].contains("0 hint faults"))
        #expect(quiet.end[1].hasPrefix("there is no hint fault in it"))
    }

    @Test("an end before the beginning, as when it is interrupted while it is set up, is no time at all")
    func backwards() {
        var summary = summary()
        summary.ended(atNanoseconds: 0)
        #expect(summary.end[0].contains("in 0 µs"))
    }
}
