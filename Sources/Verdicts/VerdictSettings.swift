package import Snapshots

/// How long is looked at before something is said, and what things cost.
///
/// One number sets all times, so that a short window is short in everything: of the window (10 min) a tenth has to be seen before
/// anything is said of a scope, costs and locality are those of the last fifth, a verdict stands for a fifth at least, and
/// detections look at a twentieth.
package struct VerdictSettings: Sendable, Equatable {
    /// The time that is judged, nanoseconds.
    package var windowNanoseconds: UInt64
    /// What arming, faulting and moving a page takes, and what a local access saves.
    package var costs: CostModel

    /// Ten minutes: some sixty scans at the kernel's longest period for a busy task, and hundreds at its shortest.
    package static let defaultWindowNanoseconds: UInt64 = 600_000_000_000

    package init(
        windowNanoseconds: UInt64 = VerdictSettings.defaultWindowNanoseconds, costs: CostModel = .assumed
    ) {
        // Below that a figure is one round, and no figure.
        self.windowNanoseconds = max(windowNanoseconds, 20_000_000_000)
        self.costs = costs
    }

    /// What has to be seen of a scope before anything is said.
    package var minimumNanoseconds: UInt64 { windowNanoseconds / 10 }
    /// What costs, rates and locality are taken over.
    package var activityNanoseconds: UInt64 { windowNanoseconds / 5 }
    /// How long a verdict or detection stands at least.
    package var dwellNanoseconds: UInt64 { windowNanoseconds / 5 }
    /// What detections look at.
    package var recentNanoseconds: UInt64 { windowNanoseconds / 20 }
    /// What the window keeps apart.
    package var bucketNanoseconds: UInt64 { windowNanoseconds / 20 }

    /// CPU time a scope has to have had in the window, seconds: below that its share of a node is chance.
    package static let leastCPUSeconds = 2.0
    /// Equal results in a row that change what is said.
    package static let agreeingRounds = 3
    /// What holds goes on holding down to this part of the limit at which it began.
    package static let leavingShare = 0.7
    /// Processes that are judged at most, beside all groups and the host: each keeps a few KiB.
    package static let mostProcesses = 128
}

/// What the parts of balancing take, and what a local access saves.
///
/// Counted in kernel instructions on every function of balancing (Linux 6.12): 197 for arming a page, 3,100 to 3,300 for a fault
/// that moves nothing, 18,100 for one that moves its page, of which 4,100 clear the new page where the kernel is set to
/// (`init_on_alloc`). The assumed times are these at 3 GHz and half to two instructions per cycle.
///
/// Example: 40,000 pages armed, 30,000 faults and 10,000 pages moved in a second cost 40,000 · 65 ns + 20,000 · 1.05 µs +
/// 10,000 · 5 µs = 2.6 + 21 + 50 = 73.6 ms likely, 41 to 169 ms for sure: 7.4 % of one CPU.
package struct CostModel: Sendable, Equatable {
    /// A time within bounds, nanoseconds; or a ratio.
    package struct Range: Sendable, Equatable {
        package var low: Double
        package var value: Double
        package var high: Double

        package init(low: Double, value: Double, high: Double) {
            self.low = low
            self.value = value
            self.high = high
        }
    }

    /// Arming one base page.
    package var armedPage: Range
    /// A hint fault that moves nothing.
    package var fault: Range
    /// Moving one base page, its fault included.
    package var movedPage: Range
    /// Where these come from.
    package var source: FigureSource
    /// By how much a line fill from another node takes longer, nanoseconds.
    package var remotePenalty: Range
    /// Latency of another node's memory over that of one's own; absent: from the firmware's distances.
    package var remoteRatio: Range?

    package init(
        armedPage: Range, fault: Range, movedPage: Range, source: FigureSource, remotePenalty: Range,
        remoteRatio: Range? = nil
    ) {
        self.armedPage = armedPage
        self.fault = fault
        self.movedPage = movedPage
        self.source = source
        self.remotePenalty = remotePenalty
        self.remoteRatio = remoteRatio
    }

    /// What holds for ordinary machines.
    package static let assumed = CostModel(
        armedPage: Range(low: 30, value: 65, high: 130), fault: Range(low: 500, value: 1050, high: 2200),
        movedPage: Range(low: 3000, value: 5000, high: 12_000), source: .assumed,
        remotePenalty: Range(low: 30, value: 60, high: 200))

    /// Fitted to this machine, by work of the same kind on memory of the daemon's own.
    ///
    /// Changing an entry of a page table is what arming does. A hint fault that moves nothing takes about twice as long as one
    /// that maps the page of zeros (3,100 against 1,600 instructions), and a move is the fault and what move_pages(2) takes for
    /// a page. Where there is no other node to move to, a move is taken for five and a half faults (18,100 instructions). What
    /// locks and other processors add is in the bounds.
    ///
    /// - Parameters: Nanoseconds for each.
    package static func calibrated(entry: Double, fault: Double, move: Double?) -> CostModel {
        func range(_ value: Double) -> Range { Range(low: value * 0.7, value: value, high: value * 1.7) }
        let hintFault = 2 * fault
        var model = CostModel.assumed
        model.armedPage = range(entry)
        model.fault = range(hintFault)
        let moved = move.map { $0 + hintFault } ?? 5.5 * hintFault
        // Pages that are asked for together share the interrupts of other processors.
        model.movedPage = Range(low: moved * 0.7, value: moved, high: moved * 2.2)
        model.source = .calibrated
        return model
    }

    /// Events that tell a time: fewer are chance.
    private static let tellingEvents: UInt64 = 1000

    /// The same with what tracing has measured, where it has seen enough.
    ///
    /// A traced fault begins where its decision is taken; what comes before, and what the events themselves take, is in the bounds.
    func traced(_ work: TracedWork) -> CostModel {
        var model = self
        func range(_ nanoseconds: UInt64, per count: UInt64) -> Range? {
            guard count >= Self.tellingEvents, nanoseconds > 0 else { return nil }
            let value = Double(nanoseconds) / Double(count)
            return Range(low: value * 0.6, value: value, high: value * 1.3 + 300)
        }
        guard let moved = range(work.movingNanoseconds, per: work.movedPages) else { return self }
        model.movedPage = moved
        if let armed = range(work.scanNanoseconds, per: work.armedPages) {
            model.armedPage = Range(low: armed.low, value: armed.value, high: armed.value * 1.3)
        }
        model.fault = range(work.stayingNanoseconds, per: work.stayingFaults) ?? model.fault
        model.source = .trace
        return model
    }

    /// Share of the CPU time that waits for memory. Nothing here measures it.
    static let stallRatio = Range(low: 0.02, value: 0.10, high: 0.40)
    /// The least that another node's memory is slower.
    static let leastRemoteRatio = 1.2

    /// Line fills that moving one page has to save before it pays.
    package var paybackLineFills: Double { remotePenalty.value > 0 ? movedPage.value / remotePenalty.value : 0 }
}
