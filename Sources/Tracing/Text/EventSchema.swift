/// A name of at most 24 bytes as three words: compared at once, built while the text is read.
struct PackedName: Equatable {
    private(set) var high: UInt64 = 0
    private(set) var middle: UInt64 = 0
    private(set) var low: UInt64 = 0

    init() {}

    init(_ name: String) {
        for byte in name.utf8 { append(byte) }
    }

    /// Appends a byte. Of a longer name the last 24 bytes remain; who reads such a name compares its length as well.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        high = high << 8 | middle >> 56
        middle = middle << 8 | low >> 56
        low = low << 8 | UInt64(byte)
    }
}

/// The fields of one event in the order the kernel prints them, as the reader of text needs them.
///
/// Layouts differ between kernel versions and printing programs: fields are found by name, unknown ones skipped, and
/// only those in `required` must be there.
struct EventSchema {
    /// How a field's value is written.
    enum Value {
        /// Decimal, signed, or hexadecimal after `0x`.
        case number
        /// Hexadecimal without a prefix.
        case bareHexadecimal
        /// One word.
        case word
        /// A command name: up to 15 bytes of anything, up to the name of the next field.
        case command
        /// A path: anything, up to the last occurrence of the name of the next field.
        case path
    }

    struct Field {
        let name: PackedName
        let value: Value
        /// The name of the field behind a command or path, with its surroundings: ` pid=`.
        let terminator: [UInt8]
    }

    /// The most fields of any event.
    static var capacity: Int { 10 }

    let kind: TraceEventKind
    let name: PackedName
    let fields: [Field]
    /// Bit `i` is set for each field that must be there.
    let required: UInt32
    /// Bit `i` is set for each field.
    let all: UInt32
    /// True for events of our own probes, whose text begins with the probed place in parentheses.
    let isProbe: Bool

    private init(_ kind: TraceEventKind, _ fields: [(name: String, value: Value, isRequired: Bool)]) {
        self.kind = kind
        self.name = PackedName(kind.name)
        var required: UInt32 = 0
        var built: [Field] = []
        for (index, field) in fields.enumerated() {
            if field.isRequired { required |= 1 << UInt32(index) }
            let next = index + 1 < fields.count ? fields[index + 1].name : ""
            built.append(
                Field(name: PackedName(field.name), value: field.value, terminator: Array(" \(next)=".utf8)))
        }
        self.fields = built
        self.required = required
        self.all = (1 << UInt32(fields.count)) - 1
        self.isProbe = kind.group == "numawatch"
    }

    /// All schemas, in the order of `TraceEventKind.allCases`.
    static func makeAll() -> [EventSchema] {
        TraceEventKind.allCases.map(make)
    }

    private static func make(_ kind: TraceEventKind) -> EventSchema {
        switch kind {
        case .hintFault:
            EventSchema(
                kind,
                numbers("last_cpupid", "mem_node", "pages", "flags") + [("j", .number, false)])
        case .misplaced: EventSchema(kind, numbers("addr"))
        case .misplacedReturn: EventSchema(kind, numbers("target"))
        case .migrateCheck: EventSchema(kind, numbers("src", "cpu"))
        case .placement: EventSchema(kind, RecordLayout.placementState.map { ($0, .number, false) })
        case .mark, .print: EventSchema(kind, [])
        case .scanWork, .scanDone: EventSchema(kind, [("j", .number, false)])
        case .scanRange: EventSchema(kind, numbers("start", "end"))
        case .scanRangeReturn: EventSchema(kind, numbers("updated"))
        case .setPreferred: EventSchema(kind, numbers("nid"))
        case .moveNUMA:
            EventSchema(kind, numbers("pid", "tgid", "ngid", "src_cpu", "src_nid", "dst_cpu", "dst_nid"))
        case .stickNUMA, .swapNUMA:
            EventSchema(
                kind,
                numbers(
                    "src_pid", "src_tgid", "src_ngid", "src_cpu", "src_nid", "dst_pid", "dst_tgid", "dst_ngid",
                    "dst_cpu", "dst_nid"))
        case .skipVMA:
            EventSchema(
                kind,
                [
                    ("numa_scan_offset", .bareHexadecimal, true), ("vm_start", .bareHexadecimal, true),
                    ("vm_end", .bareHexadecimal, true), ("reason", .word, true),
                ])
        case .skipCPUSet: EventSchema(kind, [("comm", .command, false)] + numbers("pid"))
        case .migrateTask:
            EventSchema(
                kind,
                [("comm", .command, false), ("pid", .number, true), ("prio", .number, false)]
                    + numbers("orig_cpu", "dest_cpu"))
        case .schedSwitch:
            EventSchema(
                kind,
                [
                    ("prev_comm", .command, false), ("prev_pid", .number, true), ("prev_prio", .number, false),
                    ("prev_state", .word, true), ("next_comm", .command, false), ("next_pid", .number, true),
                ])
        case .fork:
            EventSchema(
                kind,
                [
                    ("comm", .command, false), ("pid", .number, true), ("child_comm", .command, false),
                    ("child_pid", .number, true),
                ])
        case .exec:
            EventSchema(kind, [("filename", .path, false)] + numbers("pid", "old_pid"))
        case .exit, .free: EventSchema(kind, [("comm", .command, false)] + numbers("pid"))
        case .newTask:
            EventSchema(
                kind,
                [("pid", .number, true), ("comm", .command, false), ("clone_flags", .bareHexadecimal, true)])
        case .migratePages:
            EventSchema(kind, numbers("nr_succeeded", "nr_failed") + [("reason", .word, true)])
        }
    }

    private static func numbers(_ names: String...) -> [(name: String, value: Value, isRequired: Bool)] {
        names.map { ($0, .number, true) }
    }
}
