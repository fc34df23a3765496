package import LinuxSystem

/// How keeping a history goes: what metrics tell of it.
package struct HistoryStatistics: Sendable, Equatable {
    /// The file, and what of it is in use.
    package var fileBytes: UInt64 = 0
    package var usedBytes: UInt64 = 0
    /// Minutes kept round by round, and as averages.
    package var roundBlocks: UInt64 = 0
    package var minuteBlocks: UInt64 = 0
    /// The oldest sample, nanoseconds since 1970.
    package var oldestNanoseconds: UInt64?
    /// Minutes written, and minutes lost because that failed, since the daemon started.
    package var writtenMinutes: UInt64 = 0
    package var failedMinutes: UInt64 = 0
    /// The last sample that was written, nanoseconds since 1970.
    package var lastWriteNanoseconds: UInt64?
    /// Whether the last attempt failed.
    package var isFailing = false

    package init() {}
}

/// Something to tell of the history.
package enum HistoryNotice: Sendable, Equatable {
    /// It is open: since when there is something in it, nanoseconds since 1970; and the version it was brought up to date from.
    case opened(path: String, sinceNanoseconds: UInt64?, upgradedFrom: Int64?)
    /// A minute could not be written. Told once, until one can be.
    case failed(DatabaseFailure)
    /// Minutes can be written again; so many were lost.
    case resumed(lostMinutes: UInt64)
    /// A file was put aside, under another name.
    case setAside(DatabaseFailure, newPath: String)
    /// The clock was set: by so many seconds, negative for back.
    case clockSet(seconds: Double)
}
