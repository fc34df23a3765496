import Snapshots

extension Advice {
    static let fields = Fields<Advice>(of: Advice(title: "", commands: [], expected: "", limit: "")) {
        Field("title", \.title, "What to do.")
        Field("commands", \.commands, "What to type, in order.")
        Field("expected", \.expected, "What it should change.")
        Field("limit", \.limit, "What it costs, and when it does not work.")
    }
}

extension UnknownInput {
    static let fields = Fields<UnknownInput>(of: UnknownInput(what: "", remedy: "")) {
        Field("what", \.what, "The figure that is not known.")
        Field(.remedy, \.remedy, "What would tell it.")
    }
}

extension VerdictEntry {
    static let fields = Fields<VerdictEntry>(of: VerdictEntry(.host, VerdictRecord(.cannotTell))) {
        Field("scope", \.scope, "Whom it is about.")
        Field(.group, \.group, "The systemd unit, container or cgroup; of a process, the one it is in.")
        Field("title", \.title, "What an administrator calls the group.")
        Field(.pid, \.pid, "The process.")
        Field(.command, \.command, "The process's name.")
        Field(.residentBytes, \.residentBytes, "Resident memory of the group or process.")
        VerdictRecord.fields.lifted(\.record)
        Field(
            "gaining_groups", find: { $0.scope == .host ? $0.gainingGroups : nil }, set: { $0.gainingGroups = $1 },
            "Of the host: groups that gain, the largest gain first.")
        Field(
            "paying_groups", find: { $0.scope == .host ? $0.payingGroups : nil }, set: { $0.payingGroups = $1 },
            "Of the host: groups that pay more than they can gain, the largest loss first.")
        Field("advice", \.advice, each: Advice.fields, "What can be done, the best first; nothing is ever applied.")
        Field("unknown", \.unknown, each: UnknownInput.fields, "What is not known, and what would tell it.")
    }
}

extension VerdictAnswer {
    static let fields = Fields<VerdictAnswer>(of: VerdictAnswer(round: RoundHeader())) {
        RoundHeader.fields.lifted(\.round)
        Field(.host, \.host, VerdictEntry.fields, "The host; absent where one group or process was asked for.")
        Field(.groups, \.groups, each: VerdictEntry.fields, "The groups.")
        Field("processes", \.processes, each: VerdictEntry.fields, "Processes with 2 s of CPU time or more lately.")
    }
}
