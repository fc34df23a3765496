/// `/proc/cmdline`: what the kernel was booted with.
///
/// Options are separated by blanks; double quotes keep blanks together; behind a lone `--` follow arguments of init. In
/// names `-` and `_` are the same. Where an option is repeated the kernel lets the last one win for most.
package struct KernelCommandLine: Hashable, Sendable {
    /// `name` or `name=value`.
    package struct Option: Hashable, Sendable {
        /// With `-` turned into `_`.
        package var name: String
        package var value: String?
    }

    /// In the order given.
    package var options: [Option] = []

    /// `isolcpus=`: flags and CPUs.
    package struct Isolation: Hashable, Sendable {
        /// `domain`, which is also what an option without flags means: no load balancing.
        package var isolatesDomains: Bool
        /// `nohz`
        package var stopsTick: Bool
        /// `managed_irq`
        package var movesManagedInterrupts: Bool
        /// Flags this version does not know; the kernel passes over them too.
        package var unknownFlags: [String]
        package var cpus: [ClosedRange<Int>]
    }

    /// Reads the file. Any text is a command line.
    package init(parsing bytes: Span<UInt8>) {
        var offset = 0
        let end = bytes.trimmed(0..<bytes.count).upperBound
        while offset < end {
            if Byte.isSpace(bytes[offset]) {
                offset += 1
                continue
            }
            let start = offset
            var isQuoted = false
            var equals: Int?
            while offset < end, isQuoted || !Byte.isSpace(bytes[offset]) {
                if bytes[offset] == Byte.quote { isQuoted.toggle() }
                if bytes[offset] == Byte.equals, equals == nil { equals = offset }
                offset += 1
            }
            if bytes.equals("--", start..<offset) { return }
            let name = Self.normalised(bytes.text(start..<(equals ?? offset)))
            options.append(
                Option(name: name, value: equals.map { Self.unquoted(bytes.text($0 + 1..<offset)) }))
        }
    }

    private static func normalised(_ name: String) -> String {
        String(unquoted(name).map { $0 == "-" ? "_" : $0 })
    }

    private static func unquoted(_ text: String) -> String {
        var body = text[...]
        if body.hasPrefix("\"") { body = body.dropFirst() }
        if body.hasSuffix("\"") { body = body.dropLast() }
        return String(body)
    }

    /// Whether an option is there, with or without value.
    package func contains(_ name: String) -> Bool {
        options.contains { $0.name == Self.normalised(name) }
    }

    /// The value of the last option of that name that has one.
    package func value(of name: String) -> String? {
        let name = Self.normalised(name)
        return options.last { $0.name == name && $0.value != nil }?.value
    }

    /// `numa_balancing=enable` or `disable`; nil when absent or anything else, which the kernel ignores.
    package var numaBalancing: Bool? {
        switch value(of: "numa_balancing") {
        case "enable": true
        case "disable": false
        default: nil
        }
    }

    /// `relax_domain_level=`
    package var relaxDomainLevel: Int? { value(of: "relax_domain_level").flatMap { Int($0) } }

    /// `split_llc=`: the parts of each last-level cache, 2 or more (x86, seen on 7.2).
    package var splitLLC: Int? { value(of: "split_llc").flatMap { Int($0) }.flatMap { $0 > 1 ? $0 : nil } }

    /// Whether nodes are made up by `numa=fake=`.
    package var hasEmulatedNodes: Bool {
        options.contains { $0.name == "numa" && $0.value?.hasPrefix("fake=") == true }
    }

    /// The CPUs of `nohz_full=`.
    ///
    /// - Parameter lastCPU: the highest possible CPU, which `N` and `all` stand for; see ``BootCPUList``.
    package func nohzFull(lastCPU: Int) throws(KernelTextError) -> [ClosedRange<Int>]? {
        guard let value = value(of: "nohz_full") else { return nil }
        return try BootCPUList.parse(value, lastCPU: lastCPU, field: "nohz_full")
    }

    /// `isolcpus=[flag-list,]cpu-list`.
    ///
    /// - Parameter lastCPU: the highest possible CPU.
    /// - Throws: ``KernelTextError`` for an option the kernel rejects as a whole, and boots as if it were not there.
    package func isolation(lastCPU: Int) throws(KernelTextError) -> Isolation? {
        guard let value = value(of: "isolcpus") else { return nil }
        var result = Isolation(
            isolatesDomains: false, stopsTick: false, movesManagedInterrupts: false, unknownFlags: [], cpus: [])
        var rest = value[...]
        // As the kernel reads it: whatever begins with a letter is a flag, so `N` and `all` cannot begin this list.
        while let first = rest.utf8.first, Byte.isLetter(first) {
            let word = rest.prefix { $0 != "," }
            guard word.utf8.allSatisfy({ Byte.isLetter($0) || $0 == 0x5F }) else {
                let offset = value.utf8.distance(from: value.startIndex, to: word.startIndex)
                throw KernelTextError(.kernelCommandLine, "isolcpus", at: offset, .unknownWord)
            }
            switch word {
            case "domain": result.isolatesDomains = true
            case "nohz": result.stopsTick = true
            case "managed_irq": result.movesManagedInterrupts = true
            default: result.unknownFlags.append(String(word))
            }
            rest = rest[word.endIndex...].dropFirst()
        }
        if !result.stopsTick, !result.movesManagedInterrupts { result.isolatesDomains = true }
        result.cpus = try BootCPUList.parse(String(rest), lastCPU: lastCPU, field: "isolcpus")
        return result
    }
}
