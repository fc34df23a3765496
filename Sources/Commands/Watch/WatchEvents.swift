import Exposition
import NUMATopology
import Snapshots
import TextOutput

/// The daemon's events about verdicts and detections, as `numawatch watch` shows them between its lines.
struct WatchEvents {
    /// Nil where there is no daemon to tell of events.
    private let client: DaemonClient?
    /// The number of the last event that was seen; nil before the first look.
    private var last: UInt64?
    private var lives = 0

    init(_ client: DaemonClient?) {
        self.client = client
    }

    /// The lines of what has happened since the last look. What happened before the first is not told.
    ///
    /// - Parameter lives: How often the daemon has come back. A new one counts its events from 1.
    mutating func next(lives: Int) async -> [String] {
        guard let client else { return [] }
        if lives != self.lives {
            self.lives = lives
            last = 0
        }
        var bodies: [[UInt8]] = []
        // One that is away is told by whoever asks for the rounds.
        try? await client.lines("/v1/events?after=\(last ?? 0)&follow=false") { bodies.append($0) }
        return take(bodies)
    }

    /// The lines of some events, which are noted as seen.
    mutating func take(_ bodies: [[UInt8]]) -> [String] {
        let isFirst = last == nil
        var lines: [String] = []
        for body in bodies {
            guard let event = try? JSONValue(parsing: body), case .object(let members) = event,
                members["type"]?.text == "event", let sequence = members[FieldName.sequence.text]?.number
            else { continue }
            last = max(last ?? 0, UInt64(saturated: sequence))
            guard !isFirst, let kind = members[FieldName.kind.text]?.text, Detection.eventKinds.contains(kind) else {
                continue
            }
            // RFC 3339: hours, minutes and seconds stand at bytes 11 to 18.
            let clock = String((members[FieldName.time.text]?.text ?? "").dropFirst(11).prefix(8))
            lines.append("! \(clock) \((members[FieldName.message.text]?.text ?? kind).terminalSafe)")
        }
        if last == nil { last = 0 }
        return lines
    }
}
