import Report
import Testing

/// Figures of nodes over time.
@Suite struct HeatMapTests {
    private static func map(_ values: [Double?]) -> HeatMap {
        HeatMap(
            startSeconds: 0, endSeconds: UInt64(values.count) * 60,
            strips: [.init(title: "t", unit: .perSecond, rows: [.init(label: "node 0", values: values)])])
    }

    @Test("Columns that are put together show their largest value, and no data only where none of them has any")
    func pooling() {
        let pooled = Self.map([1, 5, nil, nil, nil, nil, 2, nil, 7]).pooled(to: 4)
        #expect(pooled.strips[0].rows[0].values == [5, nil, 7])
        let whole = Self.map([1, nil, 3])
        #expect(whole.pooled(to: 3) == whole)
    }

    @Test("A day is 480 columns of three minutes")
    func day() {
        let pooled = Self.map(Array(repeating: 1, count: 1440)).pooled(to: HeatMapPicture.columnLimit)
        #expect(pooled.columnCount == 480)
    }

    @Test("The table has few rows, each with the time it begins at")
    func table() {
        let table = HeatMapPicture.table(Self.map((0..<1440).map { Double($0) }))
        #expect(table.rows.count == 48 && table.rows[2] == ["01:00", "89"])
        #expect(table.caption == "The largest of each 30 min")
    }
}
