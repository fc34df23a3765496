extension TraceDatLayout {
    /// The file's first part: everything before the first CPU's pages.
    ///
    /// - Parameter cpuSizesBytes: How many bytes of pages each CPU has.
    /// - Returns: The bytes, padded to a page, and where each CPU's pages belong: in order, each from a page boundary.
    package func head(cpuSizesBytes: [UInt64]) -> (bytes: [UInt8], cpus: [CPUSection]) {
        var head = Output(isBigEndian: isBigEndian)
        head.bytes = Self.magic + Array("6\0".utf8) + [isBigEndian ? 1 : 0, UInt8(truncatingIfNeeded: longSizeBytes)]
        head.append(UInt64(pageSizeBytes), byteCount: 4)
        head.bytes += Self.headerPageMark
        head.append(text: headerPage, sizeBytes: 8)
        head.bytes += Self.headerEventMark
        head.append(text: headerEvent, sizeBytes: 8)
        appendFormats(to: &head)
        head.append(text: kernelSymbols, sizeBytes: 4)
        head.append(text: printkFormats, sizeBytes: 4)
        head.append(text: commandLines, sizeBytes: 8)
        head.append(UInt64(cpuSizesBytes.count), byteCount: 4)
        head.bytes += Self.optionsMark
        for option in options {
            head.append(UInt64(option.id), byteCount: 2)
            head.append(text: option.data, sizeBytes: 4)
        }
        head.append(0, byteCount: 2)
        head.bytes += Self.flyrecordMark
        let page = UInt64(pageSizeBytes)
        var place = Self.aligned(UInt64(head.bytes.count + 16 * cpuSizesBytes.count), to: page)
        let firstPlace = place
        var sections: [CPUSection] = []
        for size in cpuSizesBytes {
            sections.append(CPUSection(offsetBytes: place, sizeBytes: size))
            head.append(place, byteCount: 8)
            head.append(size, byteCount: 8)
            place = Self.aligned(place + size, to: page)
        }
        head.bytes += [UInt8](repeating: 0, count: Int(firstPlace) - head.bytes.count)
        return (head.bytes, sections)
    }

    private func appendFormats(to head: inout Output) {
        let ours = formats.filter { $0.system == "ftrace" }
        head.append(UInt64(ours.count), byteCount: 4)
        for format in ours { head.append(text: format.text, sizeBytes: 8) }
        var systems: [String] = []
        for format in formats where format.system != "ftrace" && !systems.contains(format.system) {
            systems.append(format.system)
        }
        head.append(UInt64(systems.count), byteCount: 4)
        for system in systems {
            head.bytes += Array(system.utf8) + [0]
            let members = formats.filter { $0.system == system }
            head.append(UInt64(members.count), byteCount: 4)
            for format in members { head.append(text: format.text, sizeBytes: 8) }
        }
    }

    /// The next multiple of a page.
    static func aligned(_ value: UInt64, to page: UInt64) -> UInt64 { (value + page - 1) / page * page }

    /// Bytes in the file's order.
    private struct Output {
        let isBigEndian: Bool
        var bytes: [UInt8] = []

        init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

        mutating func append(_ value: UInt64, byteCount: Int) {
            for index in 0..<byteCount {
                let shift = 8 * (isBigEndian ? byteCount - 1 - index : index)
                bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
            }
        }

        mutating func append(text: [UInt8], sizeBytes: Int) {
            append(UInt64(text.count), byteCount: sizeBytes)
            bytes += text
        }
    }
}
