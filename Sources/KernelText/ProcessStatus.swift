/// `/proc/<pid>/status` and `/proc/<pid>/task/<tid>/status`: `Name:\tvalue` lines.
///
/// Fields are found by name, others pass; one the kernel did not print is nil (a kernel thread has no `Vm…` line, `Ngid:`
/// needs 3.13, `NSpid:` 4.1, `Rss…` 4.5, `Mems_allowed…` `CONFIG_CPUSETS`). Sizes print in kB and are kept in bytes.
package struct ProcessStatus: Hashable, Sendable {
    /// The four numbers of `Uid:`.
    package struct UserIDs: Hashable, Sendable {
        package var real: UInt32
        package var effective: UInt32
        package var saved: UInt32
        package var fileSystem: UInt32

        /// The one user that the process is and can become again without a privilege; nil where there are several. (The
        /// fourth number follows the effective one, save for servers that touch files for others.)
        package var single: UInt32? { real == effective && real == saved ? real : nil }
    }

    /// `Name:`, the kernel's escapes of newline and backslash undone.
    package var name: String?
    /// `State:` letter.
    package var state: UInt8?
    /// `Tgid:` the process.
    package var tgid: Int?
    /// `Pid:` the thread.
    package var pid: Int?
    /// `PPid:`
    package var parentPID: Int?
    /// `Ngid:` NUMA group id, 0 when none.
    package var numaGroupID: Int?
    /// `NSpid:` the thread's id in each nested PID namespace, outermost first.
    package var namespacePIDs: [Int]?
    /// `NStgid:`
    package var namespaceTGIDs: [Int]?
    /// `Uid:`
    package var userIDs: UserIDs?
    /// `Threads:`
    package var threadCount: Int?
    /// `Kthread:` since 6.8.
    package var isKernelThread: Bool?
    /// `VmSize:`
    package var virtualSizeBytes: UInt64?
    /// `VmRSS:` = `RssAnon` + `RssFile` + `RssShmem`, without hugetlb.
    package var residentBytes: UInt64?
    /// `RssAnon:`
    package var residentAnonymousBytes: UInt64?
    /// `RssFile:`
    package var residentFileBytes: UInt64?
    /// `RssShmem:`
    package var residentSharedBytes: UInt64?
    /// `VmSwap:`
    package var swapBytes: UInt64?
    /// `HugetlbPages:`
    package var hugetlbBytes: UInt64?
    /// `Cpus_allowed_list:`, or `Cpus_allowed:` where there is no list.
    package var cpusAllowed: [ClosedRange<Int>]?
    /// `Mems_allowed_list:`, or `Mems_allowed:` where there is no list.
    package var memsAllowed: [ClosedRange<Int>]?
    /// `voluntary_ctxt_switches:`
    package var voluntarySwitchCount: UInt64?
    /// `nonvoluntary_ctxt_switches:`
    package var involuntarySwitchCount: UInt64?

    package init() {}
}

extension ProcessStatus {
    /// Reads a whole file.
    ///
    /// - Throws: ``KernelTextError`` for a known field with a malformed value, or a cut last line.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        var offset = 0
        while let line = try bytes.nextLine(&offset, .status) {
            let colon = bytes.find(Byte.colon, line.lowerBound, line.upperBound)
            guard colon < line.upperBound else { continue }
            var valueStart = colon + 1
            bytes.skipBlanks(&valueStart, line.upperBound)
            try parseField(bytes, line.lowerBound..<colon, valueStart..<line.upperBound)
        }
    }

    private mutating func parseField(
        _ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>
    ) throws(KernelTextError) {
        guard let first = key.first else { return }
        switch bytes[first] {
        case 0x4E: try parseN(bytes, key, value)
        case 0x52, 0x56, 0x48: try parseSize(bytes, key, value)
        case 0x43, 0x4D: try parseAllowed(bytes, key, value)
        default: try parseOther(bytes, key, value)
        }
    }

    /// `Name`, `Ngid`, `NSpid`, `NStgid`.
    private mutating func parseN(
        _ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>
    ) throws(KernelTextError) {
        if bytes.equals("Name", key) {
            name = Self.unescapedName(bytes, value)
        } else if bytes.equals("Ngid", key) {
            numaGroupID = try Self.pid(bytes, value, "Ngid")
        } else if bytes.equals("NSpid", key) {
            namespacePIDs = try Self.pids(bytes, value, "NSpid")
        } else if bytes.equals("NStgid", key) {
            namespaceTGIDs = try Self.pids(bytes, value, "NStgid")
        }
    }

    /// `Vm…`, `Rss…`, `HugetlbPages`.
    private mutating func parseSize(
        _ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>
    ) throws(KernelTextError) {
        if bytes.equals("VmRSS", key) {
            residentBytes = try Self.kilobytes(bytes, value, "VmRSS")
        } else if bytes.equals("VmSize", key) {
            virtualSizeBytes = try Self.kilobytes(bytes, value, "VmSize")
        } else if bytes.equals("VmSwap", key) {
            swapBytes = try Self.kilobytes(bytes, value, "VmSwap")
        } else if bytes.equals("RssAnon", key) {
            residentAnonymousBytes = try Self.kilobytes(bytes, value, "RssAnon")
        } else if bytes.equals("RssFile", key) {
            residentFileBytes = try Self.kilobytes(bytes, value, "RssFile")
        } else if bytes.equals("RssShmem", key) {
            residentSharedBytes = try Self.kilobytes(bytes, value, "RssShmem")
        } else if bytes.equals("HugetlbPages", key) {
            hugetlbBytes = try Self.kilobytes(bytes, value, "HugetlbPages")
        }
    }

    /// The `…_allowed` masks and lists. A list is printed behind its mask and takes its place.
    private mutating func parseAllowed(
        _ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>
    ) throws(KernelTextError) {
        if bytes.equals("Cpus_allowed_list", key) {
            cpusAllowed = try CPUList.parse(bytes, value, file: .status, field: "Cpus_allowed_list")
        } else if bytes.equals("Mems_allowed_list", key) {
            memsAllowed = try CPUList.parse(bytes, value, file: .status, field: "Mems_allowed_list")
        } else if bytes.equals("Cpus_allowed", key) {
            cpusAllowed = try CPUMask.ranges(bytes, bytes.trimmed(value), file: .status, field: "Cpus_allowed")
        } else if bytes.equals("Mems_allowed", key) {
            memsAllowed = try CPUMask.ranges(bytes, bytes.trimmed(value), file: .status, field: "Mems_allowed")
        }
    }

    private mutating func parseOther(
        _ bytes: Span<UInt8>, _ key: Range<Int>, _ value: Range<Int>
    ) throws(KernelTextError) {
        if bytes.equals("State", key) {
            guard let letter = value.first else {
                throw KernelTextError(.status, "State", at: value.lowerBound, .unexpectedEnd)
            }
            state = bytes[letter]
        } else if bytes.equals("Tgid", key) {
            tgid = try Self.pid(bytes, value, "Tgid")
        } else if bytes.equals("Pid", key) {
            pid = try Self.pid(bytes, value, "Pid")
        } else if bytes.equals("PPid", key) {
            parentPID = try Self.pid(bytes, value, "PPid")
        } else if bytes.equals("Threads", key) {
            threadCount = try Self.pid(bytes, value, "Threads")
        } else if bytes.equals("Uid", key) {
            userIDs = try Self.userIDs(bytes, value)
        } else if bytes.equals("Kthread", key) {
            isKernelThread = try Self.number(bytes, value, "Kthread") != 0
        } else if bytes.equals("voluntary_ctxt_switches", key) {
            voluntarySwitchCount = try Self.number(bytes, value, "voluntary_ctxt_switches")
        } else if bytes.equals("nonvoluntary_ctxt_switches", key) {
            involuntarySwitchCount = try Self.number(bytes, value, "nonvoluntary_ctxt_switches")
        }
    }
}
