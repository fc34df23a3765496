import Testing

@testable import Lab

@Suite struct GuestProgressTests {
    private static var plan: GuestPlan {
        var plan = GuestPlan(steps: [
            GuestStep("first", deadlineSeconds: 10, "true"), GuestStep("second", deadlineSeconds: 500, "true"),
        ])
        plan.overheadSeconds = 100
        plan.graceSeconds = 5
        return plan
    }

    @Test("Each stage has its own time, from when it began")
    func stages() {
        var progress = GuestProgress(Self.plan, now: 0)
        var console = "lab: modules\n"
        #expect(progress.hang(console: console, now: 99) == nil)
        console += "lab: step first\n"
        #expect(progress.hang(console: console, now: 100) == nil)
        #expect(progress.hang(console: console, now: 115) == nil)
        console += "lab: step second\n"
        #expect(progress.hang(console: console, now: 120) == nil)
        #expect(progress.hang(console: console, now: 625) == nil)
        console += "lab: results\n"
        #expect(progress.hang(console: console, now: 626) == nil)
        #expect(progress.hang(console: console, now: 726) == nil)
        #expect(
            progress.hang(console: console, now: 727) == "it hung in writing its results, for 100 s, and was killed")
    }

    @Test(
        "What takes longer is named, also where the kernel wrote into the line",
        arguments: [
            ("", 101.0, "it hung in its boot, for 100 s, and was killed"),
            ("[    1.2] noise", 101, "it hung in its boot, for 100 s, and was killed"),
            (
                "[    1.2] noise lab: step first\r\n[    2.0] more", 16,
                "it hung in the step first, for 15 s, and was killed"
            ),
            ("lab: step first\nlab: step second\n", 506, "it hung in the step second, for 505 s, and was killed"),
        ])
    func hangs(_ console: String, _ seconds: Double, _ reason: String) {
        var progress = GuestProgress(Self.plan, now: -1)
        #expect(progress.hang(console: console, now: 0) == nil)
        #expect(progress.hang(console: console, now: seconds) == reason)
    }
}
