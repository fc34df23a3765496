import History
import Snapshots
package import TextOutput

/// A side as a document: what a report carries with it.
extension ComparisonSide {
    private static let format = "numawatch-comparison-side"
    private static let version = 1

    /// Why a document is no side.
    package struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
        package var description: String

        fileprivate init(_ description: String) { self.description = description }
    }

    package func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("format", Self.format)
            json.member("version", Self.version)
            json.member(ifPresent: "host", hostName)
            json.array("spans") { json in
                for span in spans {
                    json.object { json in
                        json.member("since_seconds", span.sinceSeconds)
                        json.member("until_seconds", span.untilSeconds)
                    }
                }
            }
            json.member("block_seconds", blockSeconds)
            json.member("blocks", blockCount)
            json.array("settings") { json in
                for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.member("name", name)
                        json.member("value", value)
                    }
                }
            }
            json.array("remarks") { json in for remark in remarks { json.value(remark) } }
            json.array("verdicts") { json in
                for share in verdicts {
                    json.object { json in
                        share.subject.write(to: &json)
                        json.member("verdict", share.verdict.rawValue)
                        json.member("share", share.share, decimals: 4)
                    }
                }
            }
            json.array("figures") { json in
                for figure in figures {
                    json.object { json in
                        figure.subject.write(to: &json)
                        json.member("figure", figure.name)
                        json.member("unit", figure.unit.rawValue)
                        figure.estimate.write(to: &json)
                    }
                }
            }
        }
    }

    /// Reads a document that was written by this or by a later version of the same format; verdicts and units that are not known
    /// here are passed over.
    package init(reading value: JSONValue) throws(FormatError) {
        guard value["format"]?.text == Self.format else {
            throw FormatError("it holds no figures of a report of numawatch")
        }
        guard value["version"]?.number == Double(Self.version) else {
            throw FormatError("its figures are of another version than this program’s, \(Self.version)")
        }
        self.init(
            hostName: value["host"]?.text,
            blockSeconds: value["block_seconds"]?.number.flatMap { UInt64(exactly: $0) } ?? 60)
        func seconds(_ value: JSONValue, _ name: String) throws(FormatError) -> UInt64 {
            guard let seconds = value[name]?.number.flatMap({ UInt64(exactly: $0) }) else {
                throw FormatError("“\(name)” is no number of seconds")
            }
            return seconds
        }
        for span in value["spans"]?.elements ?? [] {
            let since = try seconds(span, "since_seconds")
            spans.append(Span(sinceSeconds: since, untilSeconds: try seconds(span, "until_seconds")))
        }
        blockCount = value["blocks"]?.number.flatMap { Int(exactly: $0) } ?? 0
        for setting in value["settings"]?.elements ?? [] {
            guard let name = setting["name"]?.text, let value = setting["value"]?.text else {
                throw FormatError("a setting has no name or value")
            }
            settings[name] = value
        }
        remarks = (value["remarks"]?.elements ?? []).compactMap(\.text)
        for share in value["verdicts"]?.elements ?? [] {
            guard let number = share["share"]?.number, number > 0, number <= 1 else {
                throw FormatError("a verdict’s share is no number from 0 to 1")
            }
            guard let verdict = share["verdict"]?.text.flatMap(Verdict.init(rawValue:)) else { continue }
            verdicts.append(VerdictShare(subject: try Subject(reading: share), verdict: verdict, share: number))
        }
        for figure in value["figures"]?.elements ?? [] {
            guard let name = figure["figure"]?.text, let unit = figure["unit"]?.text else {
                throw FormatError("a figure has no name or unit")
            }
            let estimate = try MeanEstimate(reading: figure, of: name)
            guard let unit = ComparedUnit(rawValue: unit) else { continue }
            figures.append(
                Figure(subject: try Subject(reading: figure), name: name, unit: unit, estimate: estimate))
        }
    }
}

extension ComparisonSide.Subject {
    package func write(to json: inout JSONWriter) {
        json.member("scope", kind)
        json.member(ifPresent: "name", name)
    }

    fileprivate init(reading value: JSONValue) throws(ComparisonSide.FormatError) {
        guard let kind = value["scope"]?.text else {
            throw ComparisonSide.FormatError("a figure or verdict does not say whom it is about")
        }
        self.init(kind: kind, name: value["name"]?.text)
    }
}

extension MeanEstimate {
    /// Writes its members into an object.
    package func write(to json: inout JSONWriter) {
        json.member("blocks", blockCount)
        json.member("mean", mean)
        json.member(ifPresent: "standard_error", standardError)
        json.member("degrees", degrees, decimals: 3)
        json.member(ifPresent: "low", low)
        json.member(ifPresent: "high", high)
    }

    fileprivate init(reading value: JSONValue, of name: String) throws(ComparisonSide.FormatError) {
        guard let mean = value["mean"]?.number, mean.isFinite,
            let count = value["blocks"]?.number.flatMap({ Int(exactly: $0) }), count > 0
        else { throw ComparisonSide.FormatError("the figure “\(name)” has no mean or no number of blocks") }
        let error = value["standard_error"]?.number
        let degrees = value["degrees"]?.number ?? 0
        guard error.map({ $0.isFinite && $0 >= 0 && (degrees > 0 || $0 == 0) }) ?? true else {
            throw ComparisonSide.FormatError("the figure “\(name)” has an error that is none")
        }
        self.init(blockCount: count, mean: mean, standardError: error, degrees: degrees)
    }
}
