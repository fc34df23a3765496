/// The samples of a text of `/metrics`, by everything that stands before the value.
struct MetricsText {
    private let values: [String: Double]

    init(_ bytes: [UInt8]) {
        var values: [String: Double] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            values[String(line[..<space])] = value
        }
        self.values = values
    }

    subscript(series: String) -> Double? { values[series] }

    /// The sum of a family's samples whose labels begin so.
    func sum(_ family: String, _ labels: String = "") -> Double {
        values.reduce(0) { $1.key.hasPrefix("\(family){\(labels)") ? $0 + $1.value : $0 }
    }

    /// Counters that are lower than they were: a reader takes that for a start from zero, and all that is there now for new.
    /// Those that are not there now are not compared: a group without processes is not listed.
    func fallen(since earlier: MetricsText) -> (compared: Int, problems: [String]) {
        var problems: [String] = []
        var compared = 0
        for (series, before) in earlier.values.sorted(by: { $0.key < $1.key }) {
            guard series.prefix(while: { $0 != "{" }).hasSuffix("_total"), let now = values[series] else { continue }
            compared += 1
            if now < before { problems.append("\(series) fell from \(before) to \(now)") }
        }
        return (compared, problems)
    }
}
