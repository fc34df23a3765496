package import Drawing
import NUMATopology
import Snapshots
import TextOutput

/// For each group two bars, one above the other: where its memory is, and where its CPU time was. A node has the same colour
/// and pattern in both; what overlaps is what can be local.
package enum SharesPicture {
    private static let groupLimit = 16
    private static let left = 200.0
    private static let width = 440.0

    package static func draw(_ groups: [GroupShares], id: String) -> Picture {
        let shown = groups.prefix(groupLimit)
        var picture = Picture(
            id: id, title: "Where memory is, and where the CPU time was",
            description:
                "For \(shown.count) of \(groups.count) groups the shares of their memory and of their CPU time by node",
            width: 720)
        var nodes = NodeSet()
        for group in shown {
            for amounts in [group.bytesByNode, group.cpuNanosecondsByNode] { nodes.formUnion(amounts?.nodes ?? []) }
        }
        var y = legend(nodes, &picture)
        for group in shown {
            picture.text(group.name, x: left - 60, y: y + 19, anchor: .end, isBold: true, limit: left - 66)
            picture.text("memory", x: left - 6, y: y + 11, size: 11, anchor: .end)
            picture.text("CPU time", x: left - 6, y: y + 27, size: 11, anchor: .end)
            bar(group.bytesByNode, y: y, &picture)
            bar(group.cpuNanosecondsByNode, y: y + 16, &picture)
            let local = Words.percent(group.locality?.value)
            picture.text(local, x: left + width + 8, y: y + 20, isBold: true)
            y += 46
        }
        picture.height = y
        return picture
    }

    package static func table(_ groups: [GroupShares]) -> ReportTable {
        ReportTable(
            "Memory and CPU time of groups by node",
            columns: [
                .init("Group"), .init("Resident", isNumber: true), .init("Memory by node"), .init("CPU time by node"),
                .init("Local", isNumber: true), .init("At least", isNumber: true), .init("At most", isNumber: true),
            ],
            rows: groups.map { group in
                [
                    group.name, Words.bytes(group.residentBytes), text(group.bytesByNode),
                    text(group.cpuNanosecondsByNode), Words.percent(group.locality?.value),
                    Words.percent(group.locality?.low), Words.percent(group.locality?.high),
                ]
            })
    }

    /// `0: 52 %, 1: 48 %`
    private static func text(_ amounts: NodeValues<UInt64>?) -> String {
        guard let amounts else { return Words.unknown }
        let parts = GroupShares.shares(amounts).map { "\($0.node.map { "\($0)" } ?? "?"): \(Words.percent($0.share))" }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private static func bar(_ amounts: NodeValues<UInt64>?, y: Double, _ picture: inout Picture) {
        let shares = GroupShares.shares(amounts)
        let edge = Stroke(Palette.edge, width: 0.75)
        guard !shares.isEmpty else {
            picture.rectangle(x: left, y: y, width: width, height: 14, fill: .empty, stroke: edge)
            let words = amounts == nil ? "not known" : "none"
            picture.text(words, x: left + 6, y: y + 11, size: 11, colour: Palette.faintInk)
            return
        }
        var x = left
        for (node, share) in shares {
            let paint = node.map { Palette.paint($0.rawValue) } ?? .hatch(.unknown)
            picture.rectangle(x: x, y: y, width: width * share, height: 14, fill: paint, stroke: edge)
            x += width * share
        }
    }

    private static func legend(_ nodes: NodeSet, _ picture: inout Picture) -> Double {
        var (x, y) = (left, 8.0)
        for node in nodes {
            if x > left + width - 60 { (x, y) = (left, y + 20) }
            picture.rectangle(
                x: x, y: y, width: 18, height: 12, fill: Palette.paint(node.rawValue),
                stroke: Stroke(Palette.edge, width: 0.75))
            picture.text("node \(node)", x: x + 24, y: y + 10, size: 11)
            x += 84
        }
        picture.text("local", x: left + width + 8, y: 18, size: 11, colour: Palette.faintInk)
        return y + 28
    }
}
