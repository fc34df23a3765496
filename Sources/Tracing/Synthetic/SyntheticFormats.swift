package import LinuxSystem

/// Formats of all events as a 64-bit kernel could print them, for pages that are made up.
///
/// Numbers of the events' own are 4 bytes, signed, and those that hold addresses, counts and flag words 8 bytes,
/// unsigned, each at the next multiple of its size; real kernels have other fields between them.
package enum SyntheticFormats {
    /// The id of the first event; the others follow in the order of their kinds.
    package static let firstID = 1000

    /// `events/header_page` of a kernel with pages of 4 KiB.
    package static let headerPage =
        "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
        + "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
        + "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
        + "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n"

    /// The layout of the same pages.
    package static let page = TracePageFormat(headerBytes: 16, dataBytes: 4080)

    private static let wide: Set<String> = [
        "addr", "start", "end", "updated", "j", "numa_scan_offset", "vm_start", "vm_end", "clone_flags", "succeeded",
        "failed", "prev_state",
    ]

    package static func id(_ kind: TraceEventKind) -> Int { firstID + Int(kind.rawValue) }

    /// The format of an event, resolved.
    package static func format(_ kind: TraceEventKind) -> TraceEventFormat {
        var fields: [TraceEventFormat.Field] = [
            .init(name: "common_type", byteOffset: 0, byteCount: 2, isSigned: false),
            .init(name: "common_flags", byteOffset: 2, byteCount: 1, isSigned: false),
            .init(name: "common_preempt_count", byteOffset: 3, byteCount: 1, isSigned: false),
            .init(name: "common_pid", byteOffset: 4, byteCount: 4, isSigned: true),
        ]
        var offset = 8
        // Placements tell nothing of the task, as where the kernel does not describe its types.
        for (name, _) in RecordLayout.names(of: kind) where kind != .placement {
            let count = wide.contains(name) ? 8 : 4
            offset = (offset + count - 1) / count * count
            fields.append(.init(name: name, byteOffset: offset, byteCount: count, isSigned: count == 4))
            offset += count
        }
        if kind == .mark || kind == .print {
            fields.append(.init(name: "ip", byteOffset: 8, byteCount: 8, isSigned: false))
            fields.append(.init(name: "buf", byteOffset: 16, byteCount: 0, isSigned: false, isArray: true))
        }
        return TraceEventFormat(system: kind.group, name: kind.name, id: id(kind), fields: fields)
    }

    /// The same as a `format` file.
    package static func text(_ kind: TraceEventKind) -> String {
        let format = format(kind)
        var text = "name: \(format.name)\nID: \(format.id)\nformat:\n"
        for (index, field) in format.fields.enumerated() {
            let type =
                switch (field.byteCount, field.isSigned) {
                case (0, _): "char"
                case (1, _): "unsigned char"
                case (2, _): "unsigned short"
                case (4, _): "int"
                default: "unsigned long"
                }
            text += "\tfield:\(type) \(field.name)\(field.isArray ? "[]" : "");\toffset:\(field.byteOffset);"
            text += "\tsize:\(field.byteCount);\tsigned:\(field.isSigned ? 1 : 0);\n"
            // An empty line ends the common fields.
            if index == 3 { text += "\n" }
        }
        let shown = format.fields.dropFirst(4)
        let names = shown.map { field in
            field.name + (field.isArray ? "=%s" : field.byteCount == 8 ? "=0x%lx" : "=%d")
        }
        text += "\nprint fmt: \"\(names.joined(separator: " "))\"" + shown.map { ", REC->\($0.name)" }.joined() + "\n"
        return text
    }
}
