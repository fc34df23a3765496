package import NUMATopology

/// Reading the dump back out of a kernel log.
///
/// The kernel writes a `groups:` line in pieces, and the log joins pieces only up to 1,024 bytes, so that one logical line
/// may be several records, cut between pieces. Records that look like such a piece are appended to the open line. Every
/// rebuild prints a CPU anew: the last block counts, and none if "NULL sched-domain" follows it.
extension KernelDump {
    /// The state of a log: `dmesg` text, `/dev/kmsg` records or `journalctl -k -o cat`.
    ///
    /// - Parameters:
    ///   - log: Lines, with or without time stamps and caller fields. Lines of other origin pass.
    ///   - damaged: Receives the CPUs whose last block was cut or not understood; they are left out.
    package init(parsing log: String, damaged: inout CPUSet) {
        var parser = LogParser()
        for line in log.split(separator: "\n", omittingEmptySubsequences: true) {
            parser.take(LogParser.withoutPrefix(line))
        }
        parser.finish()
        self.init(blocks: Array(parser.blocks.values), roots: parser.roots)
        damaged = parser.damaged
    }

    /// The state of a log, leaving out CPUs whose last block is damaged.
    package init(parsing log: String) {
        var damaged = CPUSet()
        self.init(parsing: log, damaged: &damaged)
    }
}

private struct LogParser {
    var blocks: [Int: KernelDump.Block] = [:]
    var roots: [KernelDump.Root] = []
    var damaged = CPUSet()

    private var current: KernelDump.Block?
    private var isIntact = true
    /// The groups of the current block's last domain, as text, and the errors that interrupted them by group.
    private var openGroups: String?
    private var openErrors: [Int: String] = [:]

    // MARK: Lines

    mutating func take(_ line: Substring) {
        if let cpu = Self.number(line, after: "CPU", before: " attaching ") {
            finish()
            guard cpu <= CPUSet.numberLimit else { return }
            if line.hasSuffix(" attaching NULL sched-domain.") {
                blocks[cpu] = KernelDump.Block(cpu: cpu, domains: [])
                damaged.remove(cpu)
                roots.removeAll { $0.span.contains(cpu) }
            } else if line.hasSuffix(" attaching sched-domain(s):") {
                current = KernelDump.Block(cpu: cpu, domains: [])
                isIntact = true
            }
        } else if line.hasPrefix("root domain span: ") {
            finish()
            takeRoot(line.dropFirst("root domain span: ".count))
        } else if line.hasPrefix("ERROR: ") {
            takeError(String(line.dropFirst("ERROR: ".count)))
        } else if current != nil {
            let body = line.drop { $0 == " " }
            if body.hasPrefix("domain-") {
                takeDomain(body, indent: line.count - body.count)
            } else if body.hasPrefix("groups:") {
                closeDomain()
                if let last = current?.domains.last, last.groups.isEmpty {
                    openGroups = String(body.dropFirst("groups:".count))
                } else {
                    isIntact = false
                }
            } else if openGroups != nil, Self.isPiece(line) {
                openGroups?.append(contentsOf: line)
            }
        }
    }

    private mutating func takeDomain(_ body: Substring, indent: Int) {
        closeDomain()
        guard let index = Self.number(body, after: "domain-", before: ": span="), index == current?.domains.count,
            indent == index + 1, let spanStart = body.firstRange(of: " span=")?.upperBound,
            let levelRange = body.firstRange(of: " level="), spanStart <= levelRange.lowerBound,
            let span = CPUSet(kernelList: body[spanStart..<levelRange.lowerBound])
        else {
            isIntact = false
            return
        }
        let level = String(body[levelRange.upperBound...])
        current?.domains.append(KernelDump.Domain(span: span, level: level, groups: []))
    }

    private mutating func takeError(_ text: String) {
        guard current != nil, let last = current?.domains.indices.last else { return }
        if let openGroups {
            let opened = openGroups.filter { $0 == "{" }.count
            let closed = openGroups.filter { $0 == "}" }.count
            if opened > closed {
                openErrors[opened - 1] = text
                return
            }
            closeDomain()
        }
        if current?.domains[last].groups.isEmpty == true {
            current?.domains[last].domainErrors.append(text)
        } else {
            current?.domains[last].groupsErrors.append(text)
        }
    }

    private mutating func takeRoot(_ text: Substring) {
        var list = text
        var capacity: Int?
        if let range = text.firstRange(of: " (max cpu_capacity = ") {
            list = text[..<range.lowerBound]
            capacity = Int(text[range.upperBound...].dropLast())
        }
        guard let span = CPUSet(kernelList: list) else { return }
        roots.removeAll { !$0.span.isDisjoint(with: span) }
        roots.append(KernelDump.Root(span: span, maxCapacity: capacity))
    }

    /// Ends the open block; one that is not whole counts as damaged.
    mutating func finish() {
        closeDomain()
        guard let block = current else { return }
        current = nil
        if isIntact, !block.domains.isEmpty, block.domains.allSatisfy({ !$0.groups.isEmpty }) {
            blocks[block.cpu] = block
            damaged.remove(block.cpu)
        } else {
            blocks[block.cpu] = nil
            damaged.insert(block.cpu)
        }
    }

    // MARK: Groups

    private mutating func closeDomain() {
        guard let text = openGroups else { return }
        openGroups = nil
        guard let last = current?.domains.indices.last, var groups = Self.groups(text) else {
            isIntact = false
            return
        }
        for (index, error) in openErrors where groups.indices.contains(index) {
            groups[index].error = error
        }
        openErrors = [:]
        current?.domains[last].groups = groups
    }

    /// Reads ` 0:{ span=0-1 mask=0 cap=2048 }, 2:{ span=2-3 }`; nothing unless all of it is understood.
    private static func groups(_ text: String) -> [KernelDump.Group]? {
        var groups: [KernelDump.Group] = []
        var rest = text[...]
        while let start = rest.firstRange(of: ":{ "), let end = rest.firstRange(of: " }") {
            guard start.upperBound <= end.lowerBound else { return nil }
            var head = rest[..<start.lowerBound]
            if !groups.isEmpty {
                guard head.hasPrefix(",") else { return nil }
                head = head.dropFirst()
            }
            guard head.hasPrefix(" "), let id = Int(head.dropFirst()), (0...CPUSet.numberLimit).contains(id) else {
                return nil
            }
            var group: KernelDump.Group?
            for field in rest[start.upperBound..<end.lowerBound].split(separator: " ") {
                if field.hasPrefix("span="), let span = CPUSet(kernelList: field.dropFirst(5)) {
                    group = KernelDump.Group(id: id, span: span)
                } else if field.hasPrefix("mask="), let mask = CPUSet(kernelList: field.dropFirst(5)) {
                    group?.balanceMask = mask
                } else if field.hasPrefix("cap="), let capacity = Int(field.dropFirst(4)) {
                    group?.capacity = capacity
                } else {
                    return nil
                }
            }
            guard let group else { return nil }
            groups.append(group)
            rest = rest[end.upperBound...]
        }
        return rest.isEmpty && !groups.isEmpty ? groups : nil
    }

    // MARK: Text

    /// A record that continues a groups line.
    private static func isPiece(_ line: Substring) -> Bool {
        if line.hasPrefix(",") || line.hasPrefix(" mask=") || line.hasPrefix(" cap=") || line.hasPrefix(" }") {
            return true
        }
        guard line.hasPrefix(" ") else { return false }
        let digits = line.dropFirst().prefix { $0.isNumber }
        return !digits.isEmpty && line.dropFirst(1 + digits.count).hasPrefix(":{")
    }

    private static func number(_ text: Substring, after prefix: String, before suffix: String) -> Int? {
        guard text.hasPrefix(prefix) else { return nil }
        let rest = text.dropFirst(prefix.count)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard rest.dropFirst(digits.count).hasPrefix(suffix) else { return nil }
        return Int(digits)
    }

    /// The message of a log line, its own indentation kept.
    static func withoutPrefix(_ line: Substring) -> Substring {
        var rest = line
        if rest.last == "\r" { rest = rest.dropLast() }
        // /dev/kmsg: prio,seq,usec,flags[,caller=…];
        if rest.first?.isNumber == true, let end = rest.firstIndex(of: ";"),
            rest[..<end].prefix(while: { $0.isNumber || $0 == "," }).filter({ $0 == "," }).count >= 3
        {
            return rest[rest.index(after: end)...]
        }
        // <7>[   12.345678] [    T1] text
        if rest.hasPrefix("<"), let end = rest.firstIndex(of: ">"),
            !rest[..<end].dropFirst().isEmpty, rest[..<end].dropFirst().allSatisfy(\.isNumber)
        {
            rest = rest[rest.index(after: end)...]
        }
        guard let afterTime = droppingField(rest, { $0.isNumber || $0 == "." }) else { return rest }
        return droppingField(afterTime, { $0.isNumber || $0 == "T" || $0 == "C" }) ?? afterTime
    }

    /// Drops `[  text] ` if its text has only the given characters.
    private static func droppingField(_ text: Substring, _ isAllowed: (Character) -> Bool) -> Substring? {
        guard text.hasPrefix("["), let end = text.firstIndex(of: "]") else { return nil }
        let field = text[..<end].dropFirst().drop { $0 == " " }
        guard !field.isEmpty, field.allSatisfy(isAllowed) else { return nil }
        let rest = text[text.index(after: end)...]
        return rest.hasPrefix(" ") ? rest.dropFirst() : rest
    }
}

extension CPUSet {
    /// Reads the kernel's list format; nothing unless all of it is well-formed and in ascending order.
    package init?(kernelList text: some StringProtocol) {
        var ranges: [ClosedRange<Int>] = []
        var next = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            if text.isEmpty { break }
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count), ends.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }),
                let first = Int(ends[0]), let last = ends.count == 2 ? Int(ends[1]) : first, first >= next,
                first <= last, last <= Self.numberLimit
            else { return nil }
            ranges.append(first...last)
            next = last + 1
        }
        self.init(ranges: ranges)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
