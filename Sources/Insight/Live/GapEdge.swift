import BalancingModel

/// Where a gap in what is seen of some processes begins or ends, for a reader of the stream that has come to it.
enum GapEdge: Sendable {
    case begin(UnseenProcesses)
    case end(UnseenProcesses)

    func enter(_ reader: inout some GapReader, _ directory: ProcessDirectory) {
        switch self {
        case .begin(let unseen): reader.beginGap { unseen.contains(directory.process(of: $0)) }
        case .end(let unseen): reader.endGap { unseen.contains(directory.process(of: $0)) }
        }
    }
}

/// What reads the stream and keeps track of tasks.
protocol GapReader {
    /// Some tasks go on unseen.
    mutating func beginGap(where isUnseen: (Int32) -> Bool)
    /// What they did unseen is over.
    mutating func endGap(where isUnseen: (Int32) -> Bool)
}

extension ReplayRun: GapReader {}
extension TieLookAhead: GapReader {}
