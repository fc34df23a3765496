import Snapshots
import TextOutput

/// `/v1/processes`.
enum ProcessesDocument {
    typealias Query = ListQuery<ProcessRecord>

    static let orders: [Query.Order] = [
        .name("pid") { $0.identity.pid },
        .name("command") { $0.command },
        .name("group") { $0.groupName },
        .amount("resident_bytes") { $0.residentBytes },
        .amount("cpu_seconds") { $0.cpuNanoseconds },
        .amount("thread_count") { $0.threadCount },
        .amount("migrated_pages") { $0.ledger?.migratedPages ?? 0 },
        .amount("tasks_off_preferred_node_count") { $0.ledger?.tasksOffPreferredNode ?? 0 },
    ]

    static let parameters =
        Query.parameters(orders, filterHelp: "Part of the command or group, or a whole pid.") + [
            QueryParameter("group", .text(maximumBytes: 4096), "Only processes of this group."),
            QueryParameter("uid", .integer(0...Int(UInt32.max)), "Only processes of this user."),
        ]

    static let schema = Schema.object(
        RoundHeader.fields + Query.countFields + [
            .required("processes", .array(of: .object(ProcessDocument.fields)), "The processes.")
        ])

    static func write(
        _ snapshot: HostSnapshot, query: QueryValues, nowNanoseconds: UInt64, into json: inout JSONWriter
    ) {
        var processes = snapshot.processes
        if let group = query[text: "group"] { processes.removeAll { $0.groupName != group } }
        if let uid = query[integer: "uid"] { processes.removeAll { $0.uid.map(Int.init) != uid } }
        let (listed, matched) = Query.apply(query, to: processes, orders: orders) { process, filter in
            process.command.contains(ignoringCase: filter) || process.groupName.contains(ignoringCase: filter)
                || String(process.identity.pid) == filter
        }
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.member("matched_count", matched)
        json.member("listed_count", listed.count)
        json.array("processes") { json in
            for process in listed {
                json.object { ProcessDocument.write(process, nowNanoseconds: nowNanoseconds, into: &$0) }
            }
        }
    }
}

/// `/v1/groups`.
enum GroupsDocument {
    typealias Query = ListQuery<GroupRecord>

    static let orders: [Query.Order] = [
        .name("group") { $0.name },
        .amount("resident_bytes") { $0.residentBytes },
        .amount("cpu_seconds") { $0.cpuNanosecondsByNode?.total ?? 0 },
        .amount("thread_count") { $0.threadCount },
        .amount("process_count") { $0.pids.count },
        .amount("migrated_pages") { $0.ledger?.migratedPages ?? 0 },
    ]

    static let parameters = Query.parameters(orders, filterHelp: "Part of the group's name or title.")

    static let schema = Schema.object(
        RoundHeader.fields + Query.countFields + [
            .required("groups", .array(of: .object(GroupDocument.fields)), "The groups.")
        ])

    static func write(
        _ snapshot: HostSnapshot, query: QueryValues, nowNanoseconds: UInt64, into json: inout JSONWriter
    ) {
        let (listed, matched) = Query.apply(query, to: snapshot.groups, orders: orders) { group, filter in
            group.name.contains(ignoringCase: filter) || group.title?.contains(ignoringCase: filter) ?? false
        }
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.member("matched_count", matched)
        json.member("listed_count", listed.count)
        json.array("groups") { json in
            for group in listed {
                json.object { GroupDocument.write(group, nowNanoseconds: nowNanoseconds, into: &$0) }
            }
        }
    }
}
