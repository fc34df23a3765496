package import Snapshots

/// How local a group's memory was over time, with what was concluded of it meanwhile.
package struct LocalityCurve: Sendable, Equatable {
    /// A time during which a verdict held: seconds since 1970.
    package struct Band: Sendable, Equatable {
        package var startSeconds: UInt64
        package var endSeconds: UInt64
        package var verdict: Verdict

        package init(startSeconds: UInt64, endSeconds: UInt64, verdict: Verdict) {
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.verdict = verdict
        }
    }

    package var name: String
    /// The first column begins, and the last ends.
    package var startSeconds: UInt64
    package var endSeconds: UInt64
    /// 0 to 1, one for each column; nil where it is not known.
    package var values: [Double?]
    package var bands: [Band]

    package init(name: String, startSeconds: UInt64, endSeconds: UInt64, values: [Double?], bands: [Band]) {
        self.name = name
        self.startSeconds = startSeconds
        self.endSeconds = max(startSeconds + 1, endSeconds)
        self.values = values
        self.bands = bands
    }

    /// As many columns together as it takes to have at most so many: the mean of each.
    func pooled(to limit: Int) -> [Double?] {
        guard values.count > limit, limit > 0 else { return values }
        let size = (values.count + limit - 1) / limit
        return stride(from: 0, to: values.count, by: size).map { start in
            let known = values[start..<min(start + size, values.count)].compactMap { $0 }
            return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
    }
}
