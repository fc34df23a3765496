import NUMATopology

extension DetectionFinding {
    /// What was found, for people: one sentence without a full stop.
    package var sentence: String {
        let nodes = nodes.listText
        return switch detection {
        case .pagePingPong:
            "tasks on several nodes use the same memory, and of the pages that move \(percent) stay: no node is near all of "
                + "them"
        case .threadPingPong:
            "threads change nodes while their memory is moved after them (\(amount) thread moves seen per second)"
        case .storm: "arming, faulting and moving pages take \(percent) of the CPU time"
        case .scanPeriodCollapse:
            "it is scanned as often as the kernel allows, for minutes, and its memory does not get more local"
        case .givenUp:
            "it is scanned as seldom as the kernel allows although only \(percent) of its memory is local"
        case .memoryDisallowed: "\(percent) of its memory lie on node \(nodes), which it may not use"
        case .affinityDisjoint: "it has to keep memory on node \(nodes) and may not run there"
        case .nodeFull: "node \(nodes) is full, others have room"
        case .groupLargerThanNode: "its memory is \(percent) of the largest node's"
        case .movesRefused: "the kernel cannot move \(percent) of the pages it wants to: something holds them"
        case .scanStall: "scans keep tasks for more than 4 ms, one for \(milliseconds) ms"
        case .tieringRateLimited: "promotion runs at its limit (\(percent) of it)"
        case .demotedAgain: "for each page promoted, \(hundredths) are demoted"
        case .oneTierPromotion: "promotion is on, and all nodes are in one memory tier: nothing can be promoted"
        case .cacheAwareConflict:
            "\(percent) of the threads with a preferred node are on another one while cache-aware scheduling is on"
        }
    }

    private var percent: String { ratio.map { Self.percentText($0) } ?? "an unknown share" }
    private var amount: String { perSecond.map { Self.decimals($0, 1) } ?? "an unknown number of" }
    private var milliseconds: String {
        longestNanoseconds.map { Self.decimals(Double($0) / 1e6, 1) } ?? "an unknown number of"
    }
    private var hundredths: String { ratio.map { Self.decimals($0, 2) } ?? "an unknown number" }

    /// `7 %`; below 1 % with one digit more.
    package static func percentText(_ ratio: Double) -> String {
        let value = ratio * 100
        return (value != 0 && abs(value) < 1 ? decimals(value, 1) : decimals(value, 0)) + " %"
    }

    private static func decimals(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 0 ? 1.0 : digits == 1 ? 10.0 : 100.0
        let whole = Int64(saturated: (abs(value) * scale).rounded())
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(whole) }
        let rest = String(whole % Int64(scale))
        return sign + "\(whole / Int64(scale))." + String(repeating: "0", count: digits - rest.count) + rest
    }
}
