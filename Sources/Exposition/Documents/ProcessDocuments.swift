import NUMATopology
package import Snapshots

private typealias ProcessQuery = ListQuery<ProcessRecord>
private typealias GroupQuery = ListQuery<GroupRecord>

extension PublishedDocument<ProcessesAnswer> {
    package static var processes: PublishedDocument<ProcessesAnswer> {
        Self(
            "/v1/processes", "The user processes.",
            parameters: ProcessQuery.parameters(
                processOrders, filterHelp: "Part of the command or group, or a whole pid.")
                + [
                    QueryParameter(FieldName.group.text, .text(maximumBytes: 4096), "Only processes of this group."),
                    QueryParameter(FieldName.uid.text, .integer(0...Int(UInt32.max)), "Only processes of this user."),
                    QueryParameter(
                        QueryValues.Name.node, .integer(0...NodeSet.numberLimit),
                        "Only processes with memory or threads on this node, the most memory there first unless sorted."
                    ),
                ], ProcessesAnswer.fields
        ) { snapshot, question in
            let query = question.query
            var processes = snapshot.processes
            if let group = query[text: FieldName.group.text] { processes.removeAll { $0.groupName != group } }
            if let uid = query[integer: FieldName.uid.text] { processes.removeAll { $0.uid.map(Int.init) != uid } }
            if let node = query[integer: QueryValues.Name.node].map({ NodeID($0) }) {
                processes.removeAll { !$0.uses(node) }
                let bytes = processes.map { $0.placement?.bytes[node] ?? 0 }
                processes = processes.indices.sorted { bytes[$0] > bytes[$1] }.map { processes[$0] }
            }
            let (listed, matched) = ProcessQuery.apply(query, to: processes, orders: processOrders) { process, filter in
                process.command.contains(ignoringCase: filter) || process.groupName.contains(ignoringCase: filter)
                    || String(process.identity.pid) == filter
            }
            return ProcessesAnswer(
                round: RoundHeader(snapshot, nowNanoseconds: question.nowNanoseconds), matchedCount: matched,
                processes: listed)
        }
    }
}

extension PublishedDocument<ProcessAnswer> {
    package static var process: PublishedDocument<ProcessAnswer> {
        Self(
            "/v1/processes/{pid}", "One process, with its threads.", otherStatuses: [404, 503], ProcessAnswer.fields
        ) { (snapshot, question) throws(EndpointError) in
            // Somebody else's process answers as one that is not there.
            guard let number = question.pathValues[FieldName.pid.text], let pid = Int32(exactly: number),
                let process = snapshot.process(pid: pid)
            else {
                throw EndpointError(
                    status: 404, "No such process is known.", remedy: "GET /v1/processes lists those that are.")
            }
            return ProcessAnswer(round: RoundHeader(snapshot, nowNanoseconds: question.nowNanoseconds), process)
        }
    }
}

extension PublishedDocument<GroupsAnswer> {
    package static var groups: PublishedDocument<GroupsAnswer> {
        Self(
            "/v1/groups", "The systemd units, containers and cgroups.",
            parameters: GroupQuery.parameters(groupOrders, filterHelp: "Part of the group's name or title."),
            GroupsAnswer.fields
        ) { snapshot, question in
            let (listed, matched) = GroupQuery.apply(question.query, to: snapshot.groups, orders: groupOrders) {
                group, filter in
                group.name.contains(ignoringCase: filter) || group.title?.contains(ignoringCase: filter) ?? false
            }
            return GroupsAnswer(
                round: RoundHeader(snapshot, nowNanoseconds: question.nowNanoseconds), matchedCount: matched,
                groups: listed)
        }
    }
}

extension ProcessRecord {
    /// Whether it is known to have memory or threads on a node.
    fileprivate func uses(_ node: NodeID) -> Bool {
        threadsByNode[node] > 0 || placement.map { $0.bytes[node] > 0 } ?? false
    }
}

private let processOrders: [ProcessQuery.Order] = [
    .name(.pid) { $0.identity.pid },
    .name(.command) { $0.command },
    .name(.group) { $0.groupName },
    .amount(.residentBytes) { $0.residentBytes },
    .amount(.cpuSeconds) { $0.cpuNanoseconds },
    .amount(.threadCount) { $0.threadCount },
    .amount(.migratedPages) { $0.ledger?.migratedPages ?? 0 },
    .amount(.tasksOffPreferredNodeCount) { $0.ledger?.tasksOffPreferredNode ?? 0 },
    .shortfall(.local) { $0.locality?.value },
]

private let groupOrders: [GroupQuery.Order] = [
    .name(.group) { $0.name },
    .amount(.residentBytes) { $0.residentBytes },
    .amount(.cpuSeconds) { $0.cpuNanosecondsByNode?.total ?? 0 },
    .amount(.threadCount) { $0.threadCount },
    .amount(.processCount) { $0.processCount },
    .amount(.migratedPages) { $0.ledger?.migratedPages ?? 0 },
    .shortfall(.local) { $0.locality?.value },
]
