import TextOutput

/// The metrics as JSON: the samples of the Prometheus text, one object each.
///
///     numawatch_processes{a="x"} 12   becomes   {"name":"numawatch_processes","labels":{"a":"x"},"value":12.0}
enum MetricsJSON {
    /// One sample of the text.
    struct Sample: Equatable {
        var name: String
        var labels: [(name: String, value: String)]
        var value: Double

        static func == (left: Sample, right: Sample) -> Bool {
            left.name == right.name && left.value == right.value
                && left.labels.elementsEqual(right.labels) { $0.name == $1.name && $0.value == $1.value }
        }
    }

    /// - Throws: ``CommandFailure`` with status `software` for a line that is no sample.
    static func document(of text: [UInt8]) throws(CommandFailure) -> [UInt8] {
        var json = JSONWriter()
        var samples: [Sample] = []
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            guard let sample = sample(line) else {
                throw CommandFailure(.software, "The daemon's metrics hold a line that is no sample: \(line)")
            }
            samples.append(sample)
        }
        json.object { json in
            json.array("samples") { json in
                for sample in samples {
                    json.object { json in
                        json.member("name", sample.name)
                        json.object("labels") { json in
                            for label in sample.labels { json.member(label.name, label.value) }
                        }
                        json.member("value", sample.value)
                    }
                }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    /// Reads `name{label="value",…} number`; nil where it is something else.
    static func sample(_ line: Substring) -> Sample? {
        var rest = line
        let name = rest.prefix { $0 != "{" && $0 != " " }
        rest = rest.dropFirst(name.count)
        var labels: [(name: String, value: String)] = []
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count)
                guard rest.hasPrefix("=\""), let value = quoted(&rest) else { return nil }
                labels.append((String(label), value))
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        guard !name.isEmpty, rest.first == " ", let value = Double(rest.dropFirst()) else { return nil }
        return Sample(name: String(name), labels: labels, value: value)
    }

    /// Takes `="…"` off the front, escapes undone; nil where the quote does not end.
    private static func quoted(_ rest: inout Substring) -> String? {
        rest = rest.dropFirst(2)
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped == "n" ? "\n" : escaped)
            default: value.append(character)
            }
        }
        return nil
    }
}
