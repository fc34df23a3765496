/// `/proc/<pid>/comm` and `/proc/<pid>/cmdline`: what a process calls itself. Any byte may occur: escape before printing.
package enum ProcessNames {
    /// The command name without its newline; invalid UTF-8 is replaced (U+FFFD).
    package static func comm(_ bytes: Span<UInt8>) -> String {
        var end = bytes.count
        if end > 0, bytes[end - 1] == Byte.newline { end -= 1 }
        return bytes.text(0..<end)
    }

    /// The arguments, which NUL bytes end. Empty for kernel threads and zombies. A process that rewrote its arguments
    /// (`setproctitle`) gives one argument with blanks in it, without the NULs it may have padded it with.
    package static func commandLine(_ bytes: Span<UInt8>) -> [String] {
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0 { end -= 1 }
        guard end > 0 else { return [] }
        var arguments: [String] = []
        var offset = 0
        while offset <= end {
            let next = bytes.find(0, offset, end)
            arguments.append(bytes.text(offset..<next))
            offset = next + 1
        }
        return arguments
    }
}
