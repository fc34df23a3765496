import NUMATopology
import Snapshots
import Testing

@Suite("What the kernel reckons with for threads is summed up")
struct ScanSummaryTests {
    private static func view(period: UInt32?, window: [UInt64]? = nil) -> KernelTaskView {
        var view = KernelTaskView()
        view.scanPeriodMilliseconds = period
        guard let window else { return view }
        var pages = NodeValues<UInt64>()
        for (node, count) in window.enumerated() { pages[NodeID(node)] = count }
        view.windowPrivatePages = pages
        return view
    }

    @Test("the shortest and the longest period, and all open windows, of threads that have been scanned")
    func sum() throws {
        let first = try #require(
            ScanSummary([Self.view(period: 1000, window: [1, 2]), Self.view(period: 0, window: [9, 9])]))
        #expect(first.threadCount == 1)
        var sum = first
        sum += try #require(ScanSummary([Self.view(period: 400), Self.view(period: 60_000, window: [0, 5])]))
        #expect(sum.threadCount == 3)
        #expect(sum.shortestPeriodMilliseconds == 400 && sum.longestPeriodMilliseconds == 60_000)
        #expect(sum.openPrivatePages?[NodeID(0)] == 1 && sum.openPrivatePages?[NodeID(1)] == 7)
        #expect(sum.openSharedPages == nil)
    }

    @Test("threads without a period say nothing")
    func nothing() {
        #expect(ScanSummary([Self.view(period: nil), Self.view(period: 0)]) == nil)
        #expect(ScanSummary([KernelTaskView]()) == nil)
    }
}
