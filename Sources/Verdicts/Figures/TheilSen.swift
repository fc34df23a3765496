/// The slope of a line through points of which some may be far off: the median of the slopes between all pairs.
///
/// Example: 0.50, 0.51, 0.90, 0.53 at minutes 0 to 3: the slopes are 0.01, 0.20, 0.01, 0.39, 0.01, -0.37; their median is 0.01,
/// where the least squares say 0.048.
enum TheilSen {
    /// The most points that are compared: more are taken at equal steps, since pairs grow with the square.
    static let mostPoints = 8

    /// - Returns: nil for fewer than three points, or points at one instant.
    static func slope(_ all: [(minutes: Double, share: Double)]) -> Double? {
        let points =
            all.count <= mostPoints
            ? all : (0..<mostPoints).map { all[$0 * (all.count - 1) / (mostPoints - 1)] }
        guard points.count >= 3 else { return nil }
        var slopes: [Double] = []
        for (index, first) in points.enumerated() {
            for second in points[(index + 1)...] where second.minutes > first.minutes {
                slopes.append((second.share - first.share) / (second.minutes - first.minutes))
            }
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        let middle = slopes.count / 2
        return slopes.count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2
    }
}
