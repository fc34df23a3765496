package import BalancingModel

/// What was recorded of recent faults, migrations and task moves, in bounded memory.
///
/// Each of at most ``taskLimit`` tasks has two rings: its last ``ringLength`` faults and as many other things, so that a
/// flood of faults does not push out the placement that explains them. The task that did nothing for longest makes room for
/// a new one. All faults of all tasks also go through one ring of ``pageRingLength``, from which the story of one page is
/// told. Counts by rule and outcome are kept for as long as the task is.
package struct StoryBook: Sendable {
    package static let taskLimit = 512
    package static let ringLength = 16
    package static let pageRingLength = 1 << 14

    /// Faults by rule and outcome.
    package struct RuleCounts: Sendable, Equatable {
        private var counts = [UInt64](
            repeating: 0, count: DecisionRule.allCases.count * FaultOutcome.allCases.count)

        package subscript(rule: DecisionRule, outcome: FaultOutcome) -> UInt64 {
            counts[rule.position * FaultOutcome.allCases.count + outcome.position]
        }

        package func total(_ rule: DecisionRule) -> UInt64 {
            FaultOutcome.allCases.reduce(0) { $0 + self[rule, $1] }
        }

        package var total: UInt64 { counts.reduce(0, +) }

        mutating func add(_ rule: DecisionRule, _ outcome: FaultOutcome) {
            counts[rule.position * FaultOutcome.allCases.count + outcome.position] += 1
        }

        static func += (left: inout RuleCounts, right: RuleCounts) {
            for index in left.counts.indices { left.counts[index] += right.counts[index] }
        }
    }

    /// Decisions by how they compare with the kernel's.
    package struct Verdicts: Sendable, Equatable {
        package private(set) var right: UInt64 = 0
        package private(set) var wrong: UInt64 = 0
        package private(set) var notJudged: UInt64 = 0

        package var judged: UInt64 { right + wrong }

        mutating func add(_ verdict: StoryEntry.Fault.Verdict) {
            switch verdict {
            case .right: right += 1
            case .wrong: wrong += 1
            case .notJudged: notJudged += 1
            }
        }

        static func += (left: inout Verdicts, right: Verdicts) {
            left.right += right.right
            left.wrong += right.wrong
            left.notJudged += right.notJudged
        }
    }

    private struct Task: Sendable {
        var process: Int32
        var faults = StoryRing(limit: StoryBook.ringLength)
        var others = StoryRing(limit: StoryBook.ringLength)
        var counts = RuleCounts()
        var verdicts = Verdicts()
        var told: UInt64 = 0
        var lastSequence: UInt64 = 0
    }

    private var tasks: [Int32: Task] = [:]
    private var pages = StoryRing(limit: StoryBook.pageRingLength)
    /// The latest losses; they belong to everybody's story.
    private var losses = StoryRing(limit: 8)
    private var sequence: UInt64 = 0
    /// Tasks that were forgotten for want of room.
    package private(set) var forgottenTasks: UInt64 = 0

    package init() {}

    /// Number of the newest entry.
    package var lastSequence: UInt64 { sequence }

    /// Writes an entry down; ``StoryEntry/sequence`` is given here.
    package mutating func add(_ entry: StoryEntry) {
        sequence += 1
        var entry = entry
        entry.sequence = sequence
        if case .lost = entry.what {
            losses.append(entry)
            return
        }
        if tasks[entry.tid] == nil, tasks.count >= Self.taskLimit { forgetQuietest() }
        var task = tasks.removeValue(forKey: entry.tid) ?? Task(process: entry.process)
        task.process = entry.process
        task.told += 1
        task.lastSequence = sequence
        if case .fault(let fault) = entry.what {
            task.counts.add(fault.decision.rule, fault.outcome)
            task.verdicts.add(fault.verdict)
            task.faults.append(entry)
            pages.append(entry)
        } else {
            task.others.append(entry)
        }
        tasks[entry.tid] = task
    }

    private mutating func forgetQuietest() {
        guard let quietest = tasks.min(by: { ($0.value.lastSequence, $0.key) < ($1.value.lastSequence, $1.key) })
        else { return }
        tasks[quietest.key] = nil
        forgottenTasks += 1
    }

    // MARK: Asking

    /// The story of a task, or of all tasks of a process.
    ///
    /// - Parameters:
    ///   - id: A thread id, or the id of a process whose threads are all meant.
    ///   - sequence: Only entries after this one.
    /// - Returns: Nothing if nothing was seen of it.
    package func story(of id: Int32, after sequence: UInt64 = 0) -> Story? {
        let own = tasks.filter { $0.value.process == id }
        let chosen = own.isEmpty ? tasks.filter { $0.key == id } : own
        guard !chosen.isEmpty else { return nil }
        var story = Story(subject: own.isEmpty ? .task(id) : .process(id))
        for (tid, task) in chosen {
            story.tasks.append(tid)
            story.counts += task.counts
            story.verdicts += task.verdicts
            story.told += task.told
            story.entries += task.faults.entries(after: sequence)
            story.entries += task.others.entries(after: sequence)
        }
        story.entries += losses.entries(after: sequence)
        story.tasks.sort()
        story.entries.sort { $0.sequence < $1.sequence }
        return story
    }

    /// The story of a page: the faults on it among the last ``pageRingLength`` of all.
    ///
    /// - Parameters:
    ///   - address: Any address in the page.
    ///   - process: Whose memory it is in.
    ///   - pageShift: A page has 2 to this power bytes; faults on huge pages are matched by their size.
    package func story(ofPage address: UInt64, process: Int32, pageShift: UInt64) -> Story {
        var story = Story(subject: .page(process: process, address: (address >> pageShift) << pageShift))
        for entry in pages.entries(after: 0) where entry.process == process {
            guard case .fault(let fault) = entry.what else { continue }
            let first = fault.decision.address >> pageShift
            let length = max(1, fault.pages)
            guard (address >> pageShift) >= first, (address >> pageShift) - first < length else { continue }
            story.entries.append(entry)
            story.counts.add(fault.decision.rule, fault.outcome)
            story.told += 1
            story.verdicts.add(fault.verdict)
            if !story.tasks.contains(entry.tid) { story.tasks.append(entry.tid) }
        }
        story.tasks.sort()
        story.facesFullRing = pages.isFull
        return story
    }

    /// Whether anything is known of a task or process.
    package func knows(_ id: Int32) -> Bool {
        tasks[id] != nil || tasks.values.contains { $0.process == id }
    }
}

/// What there is to tell of a task, a process or a page.
package struct Story: Sendable, Equatable {
    package enum Subject: Sendable, Equatable {
        case task(Int32)
        case process(Int32)
        case page(process: Int32, address: UInt64)
    }

    package var subject: Subject
    /// Thread ids it is about, ascending.
    package var tasks: [Int32] = []
    package var counts = StoryBook.RuleCounts()
    /// How often model and kernel agreed.
    package var verdicts = StoryBook.Verdicts()
    /// Entries written of these tasks so far, those no longer kept included.
    package var told: UInt64 = 0
    /// Oldest first.
    package var entries: [StoryEntry] = []
    /// Whether older faults than the oldest kept may have been forgotten (pages only).
    package var facesFullRing = false

    package init(subject: Subject) { self.subject = subject }
}

/// The last entries of something.
struct StoryRing: Sendable {
    let limit: Int
    private var slots: [StoryEntry] = []
    private var next = 0

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { slots.count == limit }

    mutating func append(_ entry: StoryEntry) {
        if slots.count < limit {
            slots.append(entry)
        } else {
            slots[next] = entry
            next = (next + 1) % limit
        }
    }

    /// Oldest first.
    func entries(after sequence: UInt64) -> [StoryEntry] {
        (slots[next...] + slots[..<next]).filter { $0.sequence > sequence }
    }
}
