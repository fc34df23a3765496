extension TraceDatLayout {
    /// Reads the head of a `trace.dat` of version 6.
    ///
    /// A file that is cut off behind its head is no error here: the CPUs' sections are as the head has them, and may
    /// reach past the file's end (``availableBytes(of:in:)``).
    ///
    /// - Throws: At the byte where the file is not what it should be. Version 7 is refused, with the command that
    ///   converts it; so are files of the latency tracers, which hold text.
    package init(reading file: some StoredBytes) throws(TraceSourceError) {
        var cursor = TraceDatCursor(file)
        self.init()
        try cursor.expect(Self.magic, "trace.dat")
        let version = try cursor.name("the version")
        guard version == "6" else {
            throw cursor.failure(
                "trace.dat of version \(version); version 6 is read: "
                    + "trace-cmd convert --file-version 6 -i \(file.name) -o FILE",
                at: UInt64(Self.magic.count))
        }
        let order = try cursor.number(1, "the byte order")
        guard order <= 1 else { throw cursor.failure("byte order \(order)", at: cursor.offset - 1) }
        isBigEndian = order == 1
        cursor.isBigEndian = isBigEndian
        longSizeBytes = Int(try cursor.number(1, "the size of long"))
        guard longSizeBytes == 4 || longSizeBytes == 8 else {
            throw cursor.failure("a long of \(longSizeBytes) bytes", at: cursor.offset - 1)
        }
        let pageSize = try cursor.number(4, "the page size")
        guard pageSize >= 512, pageSize <= 1 << 24, pageSize.nonzeroBitCount == 1 else {
            throw cursor.failure("pages of \(pageSize) bytes", at: cursor.offset - 4)
        }
        pageSizeBytes = Int(pageSize)
        try cursor.expect(Self.headerPageMark, "header_page")
        headerPage = try cursor.text(sizeBytes: 8, "header_page")
        try cursor.expect(Self.headerEventMark, "header_event")
        headerEvent = try cursor.text(sizeBytes: 8, "header_event")
        try readFormats(&cursor)
        kernelSymbols = try cursor.text(sizeBytes: 4, "the kernel's symbols")
        printkFormats = try cursor.text(sizeBytes: 4, "the printk formats")
        commandLines = try cursor.text(sizeBytes: 8, "the command lines")
        try readSections(&cursor)
    }

    private mutating func readFormats(_ cursor: inout TraceDatCursor) throws(TraceSourceError) {
        for _ in 0..<(try cursor.count(leastBytes: 8, "ftrace formats")) {
            formats.append(EventFormat(system: "ftrace", text: try cursor.text(sizeBytes: 8, "an ftrace format")))
        }
        for _ in 0..<(try cursor.count(leastBytes: 5, "event systems")) {
            let system = try cursor.name("a system's name")
            for _ in 0..<(try cursor.count(leastBytes: 8, "formats of \(system)")) {
                formats.append(
                    EventFormat(system: system, text: try cursor.text(sizeBytes: 8, "a format of \(system)")))
            }
        }
    }

    private mutating func readSections(_ cursor: inout TraceDatCursor) throws(TraceSourceError) {
        let cpuCount = try cursor.count(leastBytes: 16, "CPUs")
        var mark = try cursor.bytes(Self.optionsMark.count, "the kind of the data")
        if mark == Self.optionsMark {
            while true {
                let id = UInt16(try cursor.number(2, "an option's number"))
                if id == 0 { break }
                options.append(Option(id: id, data: try cursor.text(sizeBytes: 4, "option \(id)")))
            }
            mark = try cursor.bytes(Self.flyrecordMark.count, "the kind of the data")
        }
        let place = cursor.offset - UInt64(mark.count)
        if mark == Self.latencyMark {
            throw cursor.failure("text of a latency tracer, no events", at: place)
        }
        guard mark == Self.flyrecordMark else { throw cursor.failure("unknown kind of data", at: place) }
        for cpu in 0..<cpuCount {
            let place = cursor.offset
            let section = CPUSection(
                offsetBytes: try cursor.number(8, "the place of CPU \(cpu)"),
                sizeBytes: try cursor.number(8, "the size of CPU \(cpu)"))
            guard section.sizeBytes == 0 || (section.offsetBytes >= place && section.endBytes < .max) else {
                throw cursor.failure("the events of CPU \(cpu) would lie at byte \(section.offsetBytes)", at: place)
            }
            cpus.append(section)
        }
    }

    /// How much of a CPU's section is in the file: less than its size where the file was cut off.
    package func availableBytes(of cpu: Int, in file: some StoredBytes) -> UInt64 {
        let section = cpus[cpu]
        guard section.offsetBytes < file.sizeBytes else { return 0 }
        return min(section.sizeBytes, file.sizeBytes - section.offsetBytes)
    }
}
