import Snapshots

/// The state of `numawatch top`: samples and keys come in, pictures and effects come out. It knows no terminal, no socket and no
/// clock.
package struct TopModel: Sendable {
    /// Something that happened.
    package enum Input: Sendable {
        case key(Key)
        case resized(columns: Int, rows: Int)
        case sample(LiveSample)
        /// The daemon does not answer: why, and since when (nanoseconds since 1970).
        case gone(String, sinceNanoseconds: UInt64)
        /// The time is now (nanoseconds since 1970).
        case time(UInt64)
        /// A sentence for the bottom line.
        case note(String)
        /// A part of the history that was asked for, in the order of time, and the instant that was meant.
        case recalled([LiveSample], instant: UInt64)
    }

    /// A part of the history to be looked for; instants are nanoseconds since 1970.
    package enum Recall: Sendable, Hashable {
        /// What was before an instant, after it, or around it.
        case before(UInt64), after(UInt64), at(UInt64)
        /// Around the next change of a verdict, or the next event.
        case verdict(after: UInt64), event(after: UInt64)
    }

    /// Something to do outside.
    package enum Effect: Sendable, Equatable {
        case quit
        /// Settings have changed.
        case remember(TopSettings)
        /// The picture, as a file.
        case dump(String)
        /// A part of the history is wanted.
        case recall(Recall)
    }

    /// How a list is looked at.
    struct ListState: Sendable {
        /// The chosen row; nil for the first.
        var selected: String?
        /// The first row on the screen.
        var offset = 0
    }

    /// A line that is being typed.
    struct Prompt: Sendable {
        enum Purpose: String, Sendable {
            case search = "find"
            case filter
            case sort = "sort by"
            case jump
        }

        var purpose: Purpose
        var text = ""
    }

    package internal(set) var columns: Int
    package internal(set) var rows: Int
    package internal(set) var settings: TopSettings
    let pageSizeBytes: UInt64

    package internal(set) var ring = SampleRing()
    /// Whether there is a history to step into.
    package var hasHistory = false
    /// The round that is looked at; nil for the newest.
    var past: RoundHeader?
    /// Whether the picture stands still by wish.
    var isFrozen = false
    var gone: (reason: String, sinceNanoseconds: UInt64)?
    var nowNanoseconds: UInt64 = 0

    /// What is open, the innermost last; never empty.
    package internal(set) var views: [View]
    var lists: [String: ListState] = [:]
    /// Lines that are above the screen, of views that are no lists.
    var scroll = 0
    var prompt: Prompt?
    var searched = ""
    package internal(set) var note = ""
    /// The CPU whose domains are drawn; nil for all.
    var cpu: Int?

    /// - Parameters:
    ///   - settings: As they were remembered.
    ///   - pageSizeBytes: Of this host.
    package init(columns: Int, rows: Int, settings: TopSettings, pageSizeBytes: UInt64, view: View = .overview) {
        self.columns = columns
        self.rows = rows
        self.settings = settings
        self.pageSizeBytes = pageSizeBytes
        views = [view]
    }

    package var view: View { views.last ?? .overview }

    /// Which documents the picture wants.
    package var needs: SampleNeeds {
        var needs = SampleNeeds()
        for view in views {
            switch view {
            case .processes: needs.processes = true
            case .threads(let pid): needs.process = pid
            case .story(let id): needs.story = id
            case .machine:
                needs.sources = true
                needs.domains = cpu.map { .cpu($0) } ?? .all
            default: break
            }
        }
        return needs
    }

    // MARK: The sample that is looked at

    /// Its place among those that are kept; nil where there is none yet.
    var place: Int? {
        if let past, let place = ring.place(of: past) { return place }
        return past == nil ? ring.samples.indices.last : ring.samples.indices.first
    }

    package var isLive: Bool { past == nil }

    /// The sample that is looked at; nil before the first one.
    package var shown: LiveSample? { place.map { ring.samples[$0] } }

    /// Rates at the sample, over the time that is set.
    var rates: Rates? { place.map { ring.rates(at: $0, over: settings.interval.seconds) } }

    /// What cells go by.
    var context: TableContext? {
        rates.map { rates in
            TableContext(rates: rates, units: settings.units, pageSizeBytes: pageSizeBytes, isOld: isOld)
        }
    }

    /// Whether the newest sample is older than three intervals.
    private var isOld: Bool {
        guard isLive, let sample = ring.last, let interval = sample.intervalNanoseconds else { return false }
        return nowNanoseconds > sample.wallClockNanoseconds
            && (nowNanoseconds - sample.wallClockNanoseconds) / 3 > interval
    }

    // MARK: What happens

    /// Takes what happened.
    ///
    /// - Returns: What is to be done outside.
    package mutating func take(_ input: Input) -> [Effect] {
        switch input {
        case .key(let key): return press(key)
        case .resized(let columns, let rows):
            self.columns = columns
            self.rows = rows
        case .sample(let sample):
            gone = nil
            ring.add(sample)
            nowNanoseconds = max(nowNanoseconds, sample.wallClockNanoseconds)
        case .gone(let reason, let since):
            gone = (reason, gone?.sinceNanoseconds ?? since)
            nowNanoseconds = max(nowNanoseconds, since)
        case .time(let now): nowNanoseconds = max(nowNanoseconds, now)
        case .note(let text): note = text
        case .recalled(let samples, let instant): take(recalled: samples, instant)
        }
        return []
    }
}
