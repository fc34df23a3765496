import NUMATopology
import Snapshots
import Testing

@testable import Commands

struct QuantityTests {
    @Test(arguments: [
        (0 as Double, "0B"), (999, "999B"), (1024, "1.0K"), (10_240, "10K"), (1_610_612_736, "1.5G"),
        // Never more than three digits: what rounds to 1000 takes the next unit.
        (1_047_552, "1.0M"), (10_199, "10K"), (-5, "0B"),
    ])
    func `bytes take at most four characters`(value: Double, expected: String) {
        #expect(Quantity.bytes(value) == expected)
    }

    @Test func `what is not known is a dash, never a zero`() {
        #expect(Quantity.bytes(nil as UInt64?) == "-")
        #expect(Quantity.count(nil) == "-" && Quantity.rate(nil) == "-" && Quantity.percent(nil) == "-")
        #expect(Quantity.bytesByNode(nil) == "-" && Quantity.bytesByNode(NodeValues()) == "0")
        #expect(Quantity.list(nil) == "-" && Quantity.list([]) == "none")
    }

    @Test(arguments: [
        (0.00085, "850 µs"), (0.0034, "3.4 ms"), (0.12, "120 ms"), (3.42, "3.4 s"), (100, "100 s"), (600, "10 min"),
        (7200, "2 h"), (864_000, "10 d"),
    ])
    func `times are short`(seconds: Double, expected: String) {
        #expect(Quantity.time(seconds) == expected)
    }

    @Test func `counts have separators and lists are folded`() {
        #expect(Quantity.count(0) == "0" && Quantity.count(1_234_567) == "1,234,567")
        #expect(Quantity.list([NodeID(4), NodeID(0), NodeID(1), NodeID(2)]) == "0-2,4")
    }

    @Test func `amounts on many nodes show the largest four and the rest in one`() {
        var amounts = NodeValues<Int>()
        for node in 0..<8 { amounts[NodeID(node)] = node + 1 }
        #expect(Quantity.countsByNode(amounts) == "7:8 6:7 5:6 4:5 +4:10")
        var few = NodeValues<Int>()
        few[NodeID(2)] = 1
        few[NodeID(0)] = 3
        #expect(Quantity.countsByNode(few) == "0:3 2:1")
        few.unlocated = 2
        #expect(Quantity.countsByNode(few) == "0:3 2:1 ?:2")
    }

    @Test func `text for a query is percent encoded byte by byte`() {
        #expect(DocumentRequest.encoded("a b&c=é/") == "a%20b%26c%3D%C3%A9%2F")
    }
}
