import LiveView
import Testing

struct AmountTests {
    @Test(arguments: [
        (0, "0"), (0.04, "0.0"), (0.4, "0.4"), (3, "3"), (9.94, "9.9"), (9.96, "10"), (610, "610"), (999.4, "999"),
        (999.6, "1.0k"), (9_400, "9.4k"), (18_100, "18.1k"), (610_000, "610k"), (1_200_000, "1.2M"), (-1, "0"),
    ])
    func `a count has five characters at most`(value: Double, text: String) {
        #expect(Amount.count(value) == text)
    }

    @Test(arguments: [
        (0.85, "850 ms"), (3.4, "3.4 s"), (5, "5 s"), (60, "60 s"), (840, "14 min"), (7200, "2 h"), (259_200, "3 d"),
    ])
    func `a time says its unit`(seconds: Double, text: String) {
        #expect(Amount.time(seconds) == text)
    }

    @Test func `what is not known is a dash and never zero`() {
        #expect(Figure.count(nil as Double?) == .missing)
        #expect(Figure.percent(nil) == .missing)
        #expect(Figure.bytes(nil) == .missing)
        #expect(Figure.missing.marked == "-")
        #expect(Figure.count(0.0).text == "0")
        #expect(Figure.count(9_225 as UInt64).text == "9.2k")
    }
}
