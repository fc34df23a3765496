import Exposition
import LiveView
import Snapshots
import TextOutput

/// A sample as `--json` prints it: the daemon's documents it was drawn from, on one line.
enum TopDocument {
    static func bytes(of sample: LiveSample) -> [UInt8] {
        // Ages in documents count from the question, which each record keeps.
        let context = FieldContext(nowNanoseconds: sample.status.round.nowNanoseconds)
        var json = JSONWriter()
        json.object { json in
            func add<Record>(_ name: String, _ document: PublishedDocument<Record>, _ record: Record?) {
                guard let record else { return }
                json.object(name) { document.fields.write(record, context, into: &$0) }
            }
            add("status", .status(version: NumawatchCommand.version), sample.status)
            add("nodes", .nodes, sample.nodes)
            add(
                "groups", .groups,
                GroupsAnswer(
                    round: sample.status.round, matchedCount: sample.groups.count, groups: sample.groups))
            add("model", .model, sample.model)
            let processes = sample.processes.map {
                ProcessesAnswer(round: sample.status.round, matchedCount: $0.count, processes: $0)
            }
            add("processes", .processes, processes)
            add("verdict", .verdict, sample.verdicts?.answer)
            json.array("events") { json in
                for event in sample.events { json.object { EventLines.write(event, into: &$0) } }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
