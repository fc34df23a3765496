package import LinuxSystem

/// Where the fields of one kind of event lie in its records: the kernel's format, resolved once.
///
/// Kernels differ (a `comm` of 16 bytes or elsewhere in the record, added fields, other widths), so no offset is ever
/// assumed: every field is found by its name, and an event that lacks a needed one is refused here, not at each record.
package struct RecordLayout: Sendable, Hashable {
    /// A number in a record.
    struct Number: Sendable, Hashable {
        var byteOffset: UInt16
        /// 1, 2, 4 or 8; 0 if the event has no such field.
        var byteCount: UInt8
        var isSigned: Bool

        static let absent = Number(byteOffset: 0, byteCount: 0, isSigned: false)
    }

    package let kind: TraceEventKind
    /// The thread in whose context the event was written.
    let commonPID: Number
    /// The fields of `names(of:)`, in that order.
    let numbers: [Number]
    /// The bytes a record has at least.
    let leastBytes: Int
    /// Of a mark: where its text begins.
    let textOffset: Int

    /// Resolves a format.
    ///
    /// - Throws: Where a field that the event cannot do without is missing or no number.
    package init(_ kind: TraceEventKind, _ format: TraceEventFormat) throws(TraceFormatError) {
        self.kind = kind
        let subject = "\(format.system)/\(format.name)"
        commonPID = try Self.number("common_pid", isRequired: true, format, subject)
        var numbers: [Number] = []
        for (name, isRequired) in Self.names(of: kind) {
            numbers.append(try Self.number(name, isRequired: isRequired, format, subject))
        }
        self.numbers = numbers
        leastBytes = (numbers + [commonPID]).map { Int($0.byteOffset) + Int($0.byteCount) }.max() ?? 0
        if kind == .mark || kind == .print {
            guard let text = format.field("buf"), text.byteOffset >= 0, text.byteOffset < 4096 else {
                throw TraceFormatError(subject: subject, reason: "no field buf")
            }
            textOffset = text.byteOffset
        } else {
            textOffset = 0
        }
    }

    private static func number(
        _ name: String, isRequired: Bool, _ format: TraceEventFormat, _ subject: String
    ) throws(TraceFormatError) -> Number {
        guard let field = format.field(name) else {
            if isRequired { throw TraceFormatError(subject: subject, reason: "no field \(name)") }
            return .absent
        }
        guard [1, 2, 4, 8].contains(field.byteCount), !field.isArray, !field.isDynamic,
            let offset = UInt16(exactly: field.byteOffset)
        else { throw TraceFormatError(subject: subject, reason: "field \(name) is no number") }
        return Number(byteOffset: offset, byteCount: UInt8(field.byteCount), isSigned: field.isSigned)
    }

    /// What a placement event tells of the task, in the order of `BalancingEvent.PlacementState`.
    static let placementState = [
        "exec_start", "sum_exec_runtime", "load_sum", "last_task_numa_placement", "last_sum_exec_runtime",
        "faults_remote", "faults_local", "faults_failed",
    ]

    /// The fields in records, as the kernel's format files name them; not all are printed by these names.
    static func names(of kind: TraceEventKind) -> [(name: String, isRequired: Bool)] {
        switch kind {
        case .hintFault:
            [("last_cpupid", true), ("mem_node", true), ("pages", true), ("flags", true), ("j", false)]
        case .misplaced: [("addr", true)]
        case .misplacedReturn: [("target", true)]
        case .migrateCheck: [("src", true), ("cpu", true)]
        case .placement: placementState.map { ($0, false) }
        case .mark, .print: []
        case .scanWork, .scanDone: [("j", false)]
        case .scanRange: [("start", true), ("end", true)]
        case .scanRangeReturn: [("updated", true)]
        case .setPreferred: [("nid", true)]
        case .moveNUMA:
            [("pid", true), ("ngid", true), ("src_cpu", true), ("src_nid", true), ("dst_cpu", true), ("dst_nid", true)]
        case .stickNUMA, .swapNUMA:
            [
                ("src_pid", true), ("src_ngid", true), ("src_cpu", true), ("src_nid", true), ("dst_pid", true),
                ("dst_ngid", true), ("dst_cpu", true), ("dst_nid", true),
            ]
        case .skipVMA: [("numa_scan_offset", true), ("vm_start", true), ("vm_end", true), ("reason", true)]
        case .skipCPUSet, .exit, .free: [("pid", true)]
        case .migrateTask: [("pid", true), ("orig_cpu", true), ("dest_cpu", true)]
        case .schedSwitch: [("prev_pid", true), ("prev_state", true), ("next_pid", true)]
        case .fork: [("parent_pid", true), ("child_pid", true)]
        case .exec: [("pid", true), ("old_pid", true)]
        case .newTask: [("pid", true), ("clone_flags", true)]
        case .migratePages: [("succeeded", true), ("failed", true), ("reason", true)]
        }
    }
}
