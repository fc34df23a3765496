import Drawing
import FixtureSupport
import History
import LiveView
import NUMATopology
import RecordedRounds
import Report
import Snapshots
import Testing

/// The pictures, from values; looked at as SVG in `Golden/`.
@Suite struct PicturesTests {
    private static func machine(_ count: Int, _ distance: (Int, Int) -> Int) -> MachineShape {
        let nodes = (0..<count).map { index in
            var node = MachineShape.Node(id: NodeID(index))
            node.cpus = index == count - 1 && count > 2 ? "" : "\(4 * index)-\(4 * index + 3)"
            node.memoryBytes = 128 << 30
            node.freeBytes = UInt64(index + 1) << 30
            return node
        }
        return MachineShape(
            nodes: nodes, distances: (0..<count).map { row in (0..<count).map { $0 == row ? 10 : distance(row, $0) } })
    }

    private static func check(_ picture: Picture, _ name: String) throws {
        let markup = MarkupScanner(picture.file)
        #expect(markup.problems == [], "\(name)")
        // What is drawn lies within the picture.
        for element in markup.elements {
            for (attribute, limit) in [("x", picture.width), ("y", picture.height)] {
                guard let value = element.attributes[attribute].flatMap(Double.init) else { continue }
                #expect(value >= 0 && value <= limit, "\(name): \(element)")
            }
        }
        try Golden.expect(picture.file, "\(name).svg")
    }

    @Test("Machines of 1, 2, 4 and 8 nodes are circles; of more, a matrix", arguments: [1, 2, 4, 8, 12])
    func machine(_ count: Int) throws {
        let shape = Self.machine(count) { ($0 + $1) % 2 == 0 ? 12 : 32 }
        let picture = MachinePicture.draw(shape, id: "machine")
        try Self.check(picture, "machine-\(count)")
        let table = MachinePicture.table(shape)
        #expect(table.rows.count == count && table.columns.count == 4 + count)
        #expect(table.rows[0].prefix(4) == ["0", "0-3", "128G", "1.0G"])
    }

    @Test("Nodes that are near stand beside each other: the essay's example")
    func order() {
        let shape = Self.machine(4) { ($0 + $1) % 2 == 0 ? 12 : 32 }
        #expect(MachinePicture.order(shape) == [0, 1, 3, 2])
    }

    @Test("Distances that cannot be read are not drawn, and the description says so")
    func unknownDistances() {
        var shape = Self.machine(2) { _, _ in 20 }
        shape.distances = nil
        let picture = MachinePicture.draw(shape, id: "m")
        #expect(picture.description == "2 nodes; their distances cannot be read")
        #expect(MarkupScanner(picture.file)["line"].isEmpty)
    }

    private static func flow(nodes: Int, _ moves: [(Int, Int, Double, Double?)]) -> NodeFlow {
        NodeFlow(
            subject: "the host", nodes: (0..<nodes).map { NodeID($0) },
            moves: moves.map {
                .init(source: NodeID($0.0), target: NodeID($0.1), pages: $0.2, undoneShare: $0.3)
            }, source: "modelled")
    }

    @Test(
        "Pages that go to and fro are two hatched ribbons; what stays put is solid; the description says how much is undone"
    )
    func flows() throws {
        let flow = Self.flow(nodes: 2, [(0, 1, 9400, 0.9), (1, 0, 9300, 0.95), (0, 0, 77, nil)])
        let picture = FlowPicture.draw(flow, id: "flow")
        try Self.check(picture, "flow")
        #expect(picture.description == "19k pages moved between 2 nodes, 92 % of them undone")
        let paths = MarkupScanner(picture.file)["path"].compactMap { $0.attributes["fill"] }
        #expect(paths.filter { $0.hasPrefix("url(") }.count == 2)
        #expect(FlowPicture.table(flow).rows == [["0", "1", "9.4k", "90 %"], ["1", "0", "9.3k", "95 %"]])
    }

    @Test("Whether pages stayed is not made up: without it nothing is hatched, and the picture says so")
    func flowUnknown() {
        let picture = FlowPicture.draw(Self.flow(nodes: 2, [(0, 1, 10, nil)]), id: "flow")
        let markup = MarkupScanner(picture.file)
        #expect(markup["pattern"].isEmpty && picture.description.hasSuffix("whether they stayed is not seen"))
        #expect(
            MarkupScanner(FlowPicture.draw(Self.flow(nodes: 2, []), id: "f").file)["text"].contains {
                $0.text == "No page moved."
            })
    }

    @Test("With many nodes the pairs that moved most are bars")
    func flowOfMany() throws {
        let moves = (0..<16).flatMap { from in (0..<16).map { (from, $0, Double(from * 16 + $0), 0.5 as Double?) } }
        try Self.check(FlowPicture.draw(Self.flow(nodes: 16, moves), id: "flow"), "flow-16")
    }

    @Test("Memory and CPU time of groups stand above each other; what is not known says so")
    func shares() throws {
        var shares = RecordedRounds.sample(3).groups.map { GroupShares($0, verdict: nil) }
        shares[1].locality = BoundedRatio(0.48, low: 0.4, high: 0.5, source: .account)
        let picture = SharesPicture.draw(shares, id: "shares")
        try Self.check(picture, "shares")
        let texts = MarkupScanner(picture.file)["text"].map(\.text)
        #expect(texts.contains("not known") && texts.contains("48 %"))
        let table = SharesPicture.table(shares)
        #expect(table.rows[1].suffix(5) == ["0: 50 %, 1: 50 %", "0: 50 %, 1: 50 %", "48 %", "40 %", "50 %"])
        #expect(table.rows[0][2] == "-")
    }

    @Test("Rules have a bar each, with what moved apart from what stayed")
    func rules() throws {
        try Self.check(RulesPicture.draw(MadeUpReport.rules, id: "rules"), "rules")
    }

    @Test("Domains are boxes in boxes, the same as in the text")
    func domains() throws {
        let content = MadeUpReport.domains(nodes: 2)
        try Self.check(content.picture, "domains")
        let texts = MarkupScanner(content.picture.file)["text"].map(\.text)
        for word in ["cpu0", "cpu7", "MC d(0-3)", "SMT d(4-5)", "g(0-3)"] {
            #expect(texts.contains { $0.contains(word) } && content.text.contains(word), "\(word)")
        }
    }

    @Test("An hour with a gap: rows of nodes, hatched where there is no data, curves broken there")
    func past() throws {
        var shape = MadeUpHistory.Shape()
        shape.minutes = 60
        shape.gap = 20..<30
        shape.offSince = 45
        let range = MadeUpHistory.range(shape)
        let map = try #require(PastPictures.heatMap(range))
        #expect(map.columnCount == 60 && map.strips.count == 4)
        #expect(map.strips.map(\.title).first == "share of new pages that went to tasks of other nodes")
        #expect(map.strips[1].rows[0].values[50] == 0 && map.strips[1].rows[0].values[25] == nil)
        try Self.check(HeatMapPicture.draw(map, id: "heat"), "heat")
        let curves = PastPictures.curves(range)
        #expect(curves.count == 9 && curves[0].values[25] == nil)
        #expect(
            curves.first { $0.name.hasPrefix("postgresql") }?.bands.map(\.verdict) == [.hurting, .hurting, .inactive])
        try Self.check(CurvesPicture.draw(Array(curves.prefix(2)), id: "curves"), "curves")
        let flows = PastPictures.flows(range)
        #expect(flows.first?.subject == "the whole host")
        let undone = try #require(flows.first?.moves.first?.undoneShare)
        #expect(abs(undone - 0.91) < 0.02)
        let events = PastPictures.events(range).map(\.message)
        #expect(events.contains { $0.hasPrefix("no data until 2100-01-01 13:31:00: daemon stopped") })
        #expect(events.contains("kernel.numa_balancing changed from 1 to 0"))
    }

    @Test("What a history does not hold is no picture")
    func nothing() {
        let empty = HistoryRange(sinceNanoseconds: 0, untilNanoseconds: 1)
        #expect(PastPictures.heatMap(empty) == nil && PastPictures.flows(empty).isEmpty)
        #expect(PastPictures.curves(empty).isEmpty && PastPictures.events(empty).isEmpty)
    }
}
