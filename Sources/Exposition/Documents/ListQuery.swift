import Snapshots

/// What the lists of processes and groups have in common: `sort=`, `order=`, `filter=`, `limit=`.
struct ListQuery<Element> {
    /// An order one may ask for. Amounts come largest first, names ascending, unless `order=` says otherwise.
    struct Order: Sendable {
        var name: String
        var isDescending: Bool
        var precedes: @Sendable (Element, Element) -> Bool

        /// Ascending by a key, the largest first unless asked otherwise.
        static func amount(
            _ name: FieldName, _ key: @escaping @Sendable (Element) -> some Comparable & SendableMetatype
        )
            -> Order
        {
            Order(name: name.text, isDescending: true) { key($0) < key($1) }
        }

        /// The smallest first unless asked otherwise, and those of which it is not known at the end of that.
        static func shortfall(_ name: FieldName, _ key: @escaping @Sendable (Element) -> Double?) -> Order {
            Order(name: name.text, isDescending: false) { (key($0) ?? .infinity) < (key($1) ?? .infinity) }
        }

        static func name(_ name: FieldName, _ key: @escaping @Sendable (Element) -> some Comparable & SendableMetatype)
            -> Order
        {
            Order(name: name.text, isDescending: false) { key($0) < key($1) }
        }
    }

    static func parameters(_ orders: [Order], filterHelp: String) -> [QueryParameter] {
        [
            QueryParameter(
                QueryValues.Name.sort, .choice(orders.map(\.name)), "The order; without it, the snapshot's own."),
            QueryParameter(
                QueryValues.Name.order, .choice(["ascending", "descending"]),
                "Amounts descend, names ascend by default."),
            QueryParameter(QueryValues.Name.filter, .text(maximumBytes: 256), filterHelp),
            QueryParameter(
                QueryValues.Name.limit, .integer(1...1_000_000), "The most elements to list; without it, all."),
        ]
    }

    /// Filters, sorts and cuts. Elements that compare equal keep the snapshot's order.
    ///
    /// - Returns: The elements to list, and how many matched before the cut.
    static func apply(
        _ query: QueryValues, to elements: [Element], orders: [Order], matches: (Element, String) -> Bool
    ) -> (listed: [Element], matched: Int) {
        var result = elements
        if let filter = query[text: QueryValues.Name.filter], !filter.isEmpty {
            result = result.filter { matches($0, filter) }
        }
        if let order = orders.first(where: { $0.name == query[text: QueryValues.Name.sort] }) {
            let isDescending = query[text: QueryValues.Name.order].map { $0 == "descending" } ?? order.isDescending
            if isDescending {
                result.sort { order.precedes($1, $0) }
            } else {
                result.sort(by: order.precedes)
            }
        }
        let matched = result.count
        if let limit = query[integer: QueryValues.Name.limit], limit < matched { result.removeSubrange(limit...) }
        return (result, matched)
    }
}

extension String {
    /// Whether `text` occurs in this string; ASCII letters match in either case.
    func contains(ignoringCase text: String) -> Bool {
        let haystack = utf8.map(\.asciiLowercased)
        let needle = text.utf8.map(\.asciiLowercased)
        guard haystack.count >= needle.count else { return false }
        return (0...haystack.count - needle.count).contains { start in
            haystack[start..<start + needle.count].elementsEqual(needle)
        }
    }
}

extension UInt8 {
    fileprivate var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}
