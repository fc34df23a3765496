extension Schedstat {
    /// The first lines of the file.
    package struct Header: Hashable, Sendable {
        package var version: Int
        package var timestampJiffies: UInt64?
    }

    /// One `cpu<N>` line.
    package struct CPULine: Hashable, Sendable {
        package var cpu: Int
        /// Nil when the line has another shape than its version prints.
        package var counters: CPUCounters?
    }

    /// One `domain<M>` line, its name and mask left where they are.
    package struct DomainLine: Hashable, Sendable {
        /// The CPU the domain belongs to.
        package var cpu: Int
        package var index: Int
        package var nameRange: Range<Int>?
        /// See ``CPUMask``. Checked.
        package var maskRange: Range<Int>
        /// Nil when the line has another shape than its version prints.
        package var counters: DomainCounters?
    }

    /// Reads a whole file line by line, allocating nothing. Lines of other names pass.
    ///
    /// - Throws: ``KernelTextError``: no version line, a domain line before any CPU, a malformed mask or number, fewer
    ///   numbers than the version prints, a cut last line.
    @discardableResult
    package static func forEachLine(
        _ bytes: Span<UInt8>, onCPU: (CPULine) -> Void, onDomain: (DomainLine) -> Void
    ) throws(KernelTextError) -> Header {
        var offset = 0
        guard let first = try bytes.nextLine(&offset, .schedstat),
            bytes.hasPrefix("version ", first.lowerBound, first.upperBound)
        else { throw KernelTextError(.schedstat, "version", at: 0, .missingField) }
        var position = first.lowerBound + 8
        let version = try bytes.decimalInt(&position, first.upperBound, max: 1000, .schedstat, "version")
        var header = Header(version: version, timestampJiffies: nil)
        var cpu = -1
        while let line = try bytes.nextLine(&offset, .schedstat) {
            let end = line.upperBound
            if bytes.hasPrefix("domain", line.lowerBound, end) {
                guard cpu >= 0 else {
                    throw KernelTextError(.schedstat, "domain", at: line.lowerBound, .expectedToken("cpu<N>"))
                }
                onDomain(try domainLine(bytes, line, version: version, cpu: cpu))
            } else if bytes.hasPrefix("cpu", line.lowerBound, end) {
                let parsed = try cpuLine(bytes, line, version: version)
                cpu = parsed.cpu
                onCPU(parsed)
            } else if bytes.hasPrefix("timestamp ", line.lowerBound, end) {
                var position = line.lowerBound + 10
                header.timestampJiffies = try bytes.decimal(&position, end, .schedstat, "timestamp")
            }
        }
        return header
    }

    private static func cpuLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, version: Int
    ) throws(KernelTextError) -> CPULine {
        var offset = line.lowerBound + 3
        let end = line.upperBound
        let cpu = try bytes.decimalInt(&offset, end, max: CPUList.largestNumber, .schedstat, "cpu")
        // Version 14 has four yield counters and one more number before the rest.
        let expected = version <= 14 ? 12 : 9
        var numbers = InlineArray<12, UInt64>(repeating: 0)
        let isWhole = try readNumbers(bytes, &offset, end, expected, &numbers, "cpu")
        guard isWhole, version <= 17 else { return CPULine(cpu: cpu, counters: nil) }
        let base = expected - 7
        return CPULine(
            cpu: cpu,
            counters: CPUCounters(
                yieldCount: version <= 14 ? numbers[3] : numbers[0],
                scheduleCount: numbers[base], goIdleCount: numbers[base + 1],
                wakeupCount: numbers[base + 2], localWakeupCount: numbers[base + 3],
                runNanoseconds: numbers[base + 4], waitNanoseconds: numbers[base + 5],
                timesliceCount: numbers[base + 6]))
    }

    private static func domainLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, version: Int, cpu: Int
    ) throws(KernelTextError) -> DomainLine {
        var offset = line.lowerBound + 6
        let end = line.upperBound
        let index = try bytes.decimalInt(&offset, end, max: 1000, .schedstat, "domain")
        let nameRange = version >= 17 ? try word(bytes, &offset, end, "domain name") : nil
        let maskRange = try word(bytes, &offset, end, "domain mask")
        try CPUMask.check(bytes, maskRange, .schedstat, "domain mask")
        let expected = version >= 17 ? 45 : 36
        var numbers = InlineArray<45, UInt64>(repeating: 0)
        let isWhole = try readNumbers(bytes, &offset, end, expected, &numbers, "domain")
        let counters = isWhole && version <= 17 ? domainCounters(numbers, version: version) : nil
        return DomainLine(cpu: cpu, index: index, nameRange: nameRange, maskRange: maskRange, counters: counters)
    }

    private static func word(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ field: String
    ) throws(KernelTextError) -> Range<Int> {
        try bytes.expect(Byte.space, " ", &offset, end, .schedstat, field)
        let start = offset
        offset = bytes.find(Byte.space, start, end)
        guard offset > start else { throw KernelTextError(.schedstat, field, at: start, .unexpectedEnd) }
        return start..<offset
    }

    /// Reads up to `expected` numbers and returns whether there were exactly as many. Further words are not read: they
    /// are those of a future kernel.
    @inline(__always)
    private static func readNumbers<let capacity: Int>(
        _ bytes: Span<UInt8>, _ offset: inout Int, _ end: Int, _ expected: Int,
        _ numbers: inout InlineArray<capacity, UInt64>, _ field: String
    ) throws(KernelTextError) -> Bool {
        for index in 0..<expected {
            try bytes.expect(Byte.space, " ", &offset, end, .schedstat, field)
            numbers[index] = try bytes.decimal(&offset, end, .schedstat, field)
        }
        guard offset < end else { return true }
        guard bytes[offset] == Byte.space else {
            throw KernelTextError(.schedstat, field, at: offset, .trailingBytes)
        }
        return false
    }

    private static func domainCounters(_ numbers: InlineArray<45, UInt64>, version: Int) -> DomainCounters {
        let width = version >= 17 ? 11 : 8
        let first = balanceCounters(numbers, 0, width)
        let second = balanceCounters(numbers, width, width)
        let rest = 3 * width
        return DomainCounters(
            busy: version >= 16 ? first : second,
            idle: version >= 16 ? second : first,
            newlyIdle: balanceCounters(numbers, 2 * width, width),
            activeBalanceAttempts: numbers[rest], activeBalanceFailed: numbers[rest + 1],
            activeBalancePushed: numbers[rest + 2],
            wakeupRemote: numbers[rest + 9], wakeupMovedAffine: numbers[rest + 10],
            wakeupMovedBalance: numbers[rest + 11])
    }

    private static func balanceCounters(
        _ numbers: InlineArray<45, UInt64>, _ base: Int, _ width: Int
    ) -> BalanceCounters {
        let hasKinds = width == 11
        let rest = base + (hasKinds ? 7 : 4)
        return BalanceCounters(
            attempts: numbers[base], foundBalanced: numbers[base + 1], failed: numbers[base + 2],
            imbalanceLoad: numbers[base + 3],
            imbalanceUtilisation: hasKinds ? numbers[base + 4] : nil,
            imbalanceTasks: hasKinds ? numbers[base + 5] : nil,
            imbalanceMisfit: hasKinds ? numbers[base + 6] : nil,
            gained: numbers[rest], hotGained: numbers[rest + 1],
            noBusyQueue: numbers[rest + 2], noBusyGroup: numbers[rest + 3])
    }
}
