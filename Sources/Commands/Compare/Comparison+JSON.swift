import Comparison
import TextOutput

/// A comparison for programs.
extension Comparison {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("before")
            before.write(to: &json)
            json.key("after")
            after.write(to: &json)
            json.array("settings") { json in
                for setting in settings {
                    json.object { json in
                        json.member("name", setting.name)
                        json.member(ifPresent: "before", setting.before)
                        json.member(ifPresent: "after", setting.after)
                    }
                }
            }
            json.array("differences") { json in
                for row in rows {
                    json.object { json in
                        row.subject.write(to: &json)
                        json.member("figure", row.name)
                        json.member("unit", row.unit.rawValue)
                        json.member(ifPresent: "before", row.before?.mean)
                        json.member(ifPresent: "after", row.after?.mean)
                        json.member(ifPresent: "difference", row.difference?.value)
                        json.member(ifPresent: "low", row.difference?.low)
                        json.member(ifPresent: "high", row.difference?.high)
                        json.member(ifPresent: "probability", row.difference?.probability)
                        json.member("finding", row.finding.rawValue)
                    }
                }
            }
        }
    }
}
