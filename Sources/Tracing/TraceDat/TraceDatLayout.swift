/// What a `trace.dat` file of version 6 holds, and where.
///
/// The format of trace-cmd (its manual page `trace-cmd.dat.v6(5)`), which KernelShark reads too. All numbers are in the
/// byte order of the traced machine. In order:
///
///     17 08 44 "tracing" "6\0"  byte order (0 little, 1 big)  size of long  4: page size
///     "header_page\0"  8: size  text      the layout of a page of the ring buffer
///     "header_event\0" 8: size  text      the layout of an event's first word
///     4: count { 8: size text }           formats of the ftrace system
///     4: count { name\0 4: count { 8: size text } }   formats of the other systems
///     4: size  kallsyms;  4: size  printk_formats;  8: size  saved_cmdlines
///     4: CPUs
///     "options  \0" { 2: id 4: size data }… 2: 0
///     "flyrecord\0" { 8: offset 8: size } for each CPU
///     the CPUs' pages, each CPU's from a page boundary
///
/// What comes after the last CPU's pages nobody reads. There we keep the host the recording was made on, as a tar
/// archive behind a header of our own (``TraceDatHostSection``), so that the recording is all a replay needs.
package struct TraceDatLayout: Sendable, Equatable {
    package var isBigEndian: Bool
    /// Bytes of the traced kernel's `long`: 4 or 8.
    package var longSizeBytes: Int
    package var pageSizeBytes: Int
    /// The text of `events/header_page`.
    package var headerPage: [UInt8] = []
    /// The text of `events/header_event`.
    package var headerEvent: [UInt8] = []
    /// `format` files, those of the ftrace system first.
    package var formats: [EventFormat] = []
    /// The text of `/proc/kallsyms`, or the part of it that a reader needs.
    package var kernelSymbols: [UInt8] = []
    package var printkFormats: [UInt8] = []
    /// Lines of `tid command`.
    package var commandLines: [UInt8] = []
    package var options: [Option] = []
    /// Where each CPU's pages lie, by CPU.
    package var cpus: [CPUSection] = []

    package init(isBigEndian: Bool = false, longSizeBytes: Int = 8, pageSizeBytes: Int = 4096) {
        self.isBigEndian = isBigEndian
        self.longSizeBytes = longSizeBytes
        self.pageSizeBytes = pageSizeBytes
    }

    /// The text of one event's `format` file.
    package struct EventFormat: Sendable, Equatable {
        /// The directory below `events`: `sched`, `ftrace`, `numawatch`.
        package var system: String
        package var text: [UInt8]

        package init(system: String, text: [UInt8]) {
            self.system = system
            self.text = text
        }
    }

    /// One option: extra knowledge that older readers pass by.
    package struct Option: Sendable, Equatable {
        package var id: UInt16
        package var data: [UInt8]

        package init(id: OptionID, data: [UInt8]) {
            self.id = id.rawValue
            self.data = data
        }

        package init(id: UInt16, data: [UInt8]) {
            self.id = id
            self.data = data
        }
    }

    /// Options we know. Names are trace-cmd's, without `TRACECMD_OPTION_`.
    package enum OptionID: UInt16, Sendable {
        /// Text: statistics of a CPU's buffer, as `per_cpu/cpuN/stats` prints them.
        case cpuStatistics = 2
        /// Text of `trace_clock`; the clock in use is in brackets.
        case traceClock = 4
        /// Text: `uname -a`.
        case uname = 5
        /// Four bytes: number of CPUs.
        case cpuCount = 8
        /// Text: the version of the program that wrote the file.
        case version = 9
    }

    /// Where one CPU's pages lie.
    package struct CPUSection: Sendable, Equatable {
        package var offsetBytes: UInt64
        package var sizeBytes: UInt64

        package init(offsetBytes: UInt64, sizeBytes: UInt64) {
            self.offsetBytes = offsetBytes
            self.sizeBytes = sizeBytes
        }

        package var endBytes: UInt64 {
            let (end, overflows) = offsetBytes.addingReportingOverflow(sizeBytes)
            return overflows ? .max : end
        }
    }

    /// The end of the last CPU's pages, where the host's section may follow; the head's end when there are no CPUs.
    package var pagesEndBytes: UInt64 { cpus.map(\.endBytes).max() ?? 0 }

    /// The clock's name, from its option: the word in brackets, or the only word. Nil if there is no option.
    package var clockName: String? {
        guard let option = options.first(where: { $0.id == OptionID.traceClock.rawValue }) else { return nil }
        let text = String(decoding: option.data.prefix { $0 != 0 }, as: UTF8.self)
        if let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") {
            return String(text[text.index(after: open)..<close])
        }
        let words = text.split { $0 == " " || $0 == "\n" }
        return words.count == 1 ? String(words[0]) : nil
    }

    /// The first bytes of every `trace.dat`.
    package static let magic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)
    static let headerPageMark = Array("header_page\0".utf8)
    static let headerEventMark = Array("header_event\0".utf8)
    static let optionsMark = Array("options  \0".utf8)
    static let latencyMark = Array("latency  \0".utf8)
    static let flyrecordMark = Array("flyrecord\0".utf8)

    /// Whether bytes begin like a `trace.dat`.
    package static func isTraceDat(_ firstBytes: [UInt8]) -> Bool { firstBytes.starts(with: magic) }
}
