import DomainReports
import Exposition
import LinuxSystem
import LiveView
import NUMATopology
import Snapshots

/// Asks for the documents of each round, and finds out that the daemon is gone, or back.
struct TopFeed {
    /// Between two looks whether there is a new round: a daemon that comes back is seen within this time.
    static let lookNanoseconds: UInt64 = 1_000_000_000

    let source: any LiveSource
    /// The host's files, for its domains.
    let root: any HostRoot
    /// At least so long between two pictures, nanoseconds.
    let intervalNanoseconds: UInt64
    let time: any TimeSource
    /// Where the past is; nil where there is none.
    var history: TopHistory?

    private var last: RoundHeader?
    private var lastNeeds: SampleNeeds?
    private var lastAtNanoseconds: UInt64 = 0
    private var isGone = false
    private var domains: LiveSample.DomainsText?
    /// The newest of them; older ones are in the journal.
    private var events: [ObservedEvent] = []
    private static let eventLimit = 200

    init(
        source: any LiveSource, root: any HostRoot, intervalNanoseconds: UInt64, time: any TimeSource = SystemTime()
    ) {
        self.source = source
        self.root = root
        self.intervalNanoseconds = intervalNanoseconds
        self.time = time
    }

    /// Posts what there is, until cancelled.
    mutating func run(_ mailbox: TopMailbox) async {
        let time = time
        let ticker = Task {
            var next = time.monotonicNanoseconds
            while !Task.isCancelled {
                next += Self.lookNanoseconds
                do { try await time.sleep(untilMonotonicNanoseconds: next) } catch { return }
                mailbox.wakeFeed()
            }
        }
        defer { ticker.cancel() }
        for await _ in mailbox.nudges {
            for recall in mailbox.takeRecalls() {
                if let input = await find(recall) { mailbox.post(input) }
            }
            if let input = await look(mailbox.needs) { mailbox.post(input) }
        }
    }

    /// Looks for a part of the history.
    func find(_ recall: TopModel.Recall) async -> TopModel.Input? {
        await history?.find(recall, now: time.realtimeNanoseconds)
    }

    /// Looks whether there is something new.
    mutating func look(_ needs: SampleNeeds) async -> TopModel.Input? {
        do {
            let now = time.monotonicNanoseconds
            let isDue = now >= lastAtNanoseconds + intervalNanoseconds
            // Without a daemon rounds are made here, when they are due.
            if isDue { source.advance() }
            let status = try await source.answer(.status(version: NumawatchCommand.version)).record()
            let isNew =
                last?.sequence != status.round.sequence
                || last?.wallClockNanoseconds != status.round.wallClockNanoseconds
            guard isGone || needs != lastNeeds || isNew && isDue else { return nil }
            if status.round.sequence < last?.sequence ?? 0 { events = [] }
            let sample = try await sample(status, needs)
            if isNew { lastAtNanoseconds = now }
            (last, lastNeeds, isGone) = (status.round, needs, false)
            return .sample(sample)
        } catch is CancellationError {
            return nil
        } catch {
            let words = (error as? CommandFailure)?.message ?? "\(error)"
            isGone = true
            // Another life of the daemon counts its events anew.
            events = []
            return .gone(words, sinceNanoseconds: time.realtimeNanoseconds)
        }
    }

    /// The documents of the present round.
    mutating func sample(_ needs: SampleNeeds) async throws -> LiveSample {
        let status = try await source.answer(.status(version: NumawatchCommand.version)).record()
        (last, lastNeeds, lastAtNanoseconds) = (status.round, needs, time.monotonicNanoseconds)
        return try await sample(status, needs)
    }

    private mutating func sample(_ status: StatusAnswer, _ needs: SampleNeeds) async throws -> LiveSample {
        var sample = LiveSample(
            status: status, nodes: try await source.answer(.nodes).record(),
            groups: try await source.answer(.groups).record().groups)
        sample.model = try await ifThere(.model)
        // An older daemon judges nothing.
        sample.verdicts = try await ifThere(.verdict).map(Verdicts.init)
        sample.events = try await newestEvents()
        if needs.processes { sample.processes = try await source.answer(.processes).record().processes }
        if let pid = needs.process {
            sample.process = try await ifThere(.process, DocumentRequest(pathValues: [FieldName.pid.text: Int(pid)]))
        }
        if let id = needs.story { sample.story = LiveSample.Story(id: id, lines: try await source.story(of: id)) }
        if needs.sources { sample.sources = try await source.answer(.sources).record().sources }
        if let wanted = needs.domains { sample.domains = drawn(wanted) }
        return sample
    }

    /// Those of before, and what has come since: few rounds have any.
    private mutating func newestEvents() async throws -> [ObservedEvent] {
        events += try await source.events(after: events.last?.sequence ?? 0)
        events.removeFirst(max(0, events.count - Self.eventLimit))
        return events
    }

    /// A document that is not always there.
    private func ifThere<Record>(
        _ document: PublishedDocument<Record>, _ request: DocumentRequest = DocumentRequest()
    ) async throws -> Record? {
        do {
            return try await source.answer(document, request).record()
        } catch let failure as CommandFailure where failure.status == .negative {
            return nil
        }
    }

    /// The domains, drawn anew where others are wanted: they seldom change, and opening the screen again shows it.
    private mutating func drawn(_ wanted: SampleNeeds.Domains) -> LiveSample.DomainsText {
        let cpu: Int? = if case .cpu(let cpu) = wanted { cpu } else { nil }
        if let domains, domains.cpu == cpu, lastNeeds?.domains == wanted { return domains }
        let output = DomainsCommand.show(
            root, format: .picture, cpus: cpu.map { CPUSet([$0]) }, widthLimit: 76)
        var lines = output.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        let drawn = LiveSample.DomainsText(cpu: cpu, lines: lines + output.notes)
        domains = drawn
        return drawn
    }
}
