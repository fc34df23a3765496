/// What kernel text says, read anew for judging: by splitting strings, with nothing of the parsers that are judged.
enum KernelFigures {
    /// `name value` lines: vmstat, numastat.
    static func counters(_ text: String) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, let value = UInt64(words[1]) { counters[String(words[0])] = value }
        }
        return counters
    }

    /// A node's meminfo: `Node 0 MemTotal:  157480 kB`, bytes; a count where there is no unit.
    static func meminfo(_ text: String) -> [String: UInt64] {
        var figures: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 4, let value = UInt64(words[3]) else { continue }
            figures[String(words[2].dropLast())] = words.last == "kB" ? value << 10 : value
        }
        return figures
    }

    /// The NUMA lines of a thread's `sched` file.
    struct Ledger: Equatable {
        var preferredNode = -1
        var groupID = 0
        var migratedPages: UInt64?
        /// By node, without zeros.
        var privatePages: [Int: UInt64] = [:]
        var sharedPages: [Int: UInt64] = [:]
    }

    /// Nil where the text has no NUMA lines.
    static func ledger(_ text: String) -> Ledger? {
        var ledger = Ledger()
        var isThere = false
        for line in text.split(separator: "\n") {
            let words = line.split { " :,".contains($0) }.map(String.init)
            switch words.first {
            case "numa_pages_migrated":
                isThere = true
                ledger.migratedPages = words.last.flatMap(UInt64.init) ?? 0
            case "numa_preferred_nid": ledger.preferredNode = words.last.flatMap(Int.init) ?? -1
            case .some(let word) where word.hasPrefix("current_node="):
                ledger.groupID = words.lazy.compactMap { value(of: "numa_group_id", in: $0) }.first.map(Int.init) ?? 0
            case "numa_faults":
                guard let node = words.lazy.compactMap({ value(of: "node", in: $0) }).first.map(Int.init) else { break }
                let own = words.lazy.compactMap { value(of: "task_private", in: $0) }.first ?? 0
                let shared = words.lazy.compactMap { value(of: "task_shared", in: $0) }.first ?? 0
                if own > 0 { ledger.privatePages[node] = own }
                if shared > 0 { ledger.sharedPages[node] = shared }
            default: break
            }
        }
        return isThere ? ledger : nil
    }

    /// The figures of a process's `numa_maps`.
    struct Placement: Equatable {
        /// By node, without zeros.
        var bytes: [Int: UInt64] = [:]
        var bytesByPolicy: [String: [Int: UInt64]] = [:]
        /// Base pages by node of the mappings that begin at an address.
        var pagesByStart: [UInt64: [Int: UInt64]] = [:]
        var mappingCount = 0
    }

    static func placement(_ text: String) -> Placement {
        var placement = Placement()
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2, let start = UInt64(words[0], radix: 16) else { continue }
            placement.mappingCount += 1
            let unit = words.lazy.compactMap { value(of: "kernelpagesize_kB", in: $0) }.first ?? 4
            for word in words.dropFirst(2) {
                guard word.hasPrefix("N"), let equals = word.firstIndex(of: "="),
                    let node = Int(word[word.index(after: word.startIndex)..<equals]),
                    let pages = UInt64(word[word.index(after: equals)...])
                else { continue }
                let bytes = pages * unit << 10
                placement.bytes[node, default: 0] += bytes
                placement.bytesByPolicy[words[1], default: [:]][node, default: 0] += bytes
                placement.pagesByStart[start, default: [:]][node, default: 0] += bytes >> 12
            }
        }
        return placement
    }

    /// A cgroup's `memory.numa_stat`: anonymous memory and page cache by node, bytes; shared memory is part of the latter.
    static func cgroupMemory(_ text: String) -> [Int: UInt64] {
        var bytes: [Int: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.first == "anon" || words.first == "file" else { continue }
            for word in words.dropFirst() {
                let parts = word.dropFirst().split(separator: "=")
                guard parts.count == 2, let node = Int(parts[0]), let value = UInt64(parts[1]) else { continue }
                bytes[node, default: 0] += value
            }
        }
        return bytes
    }

    /// Time that all CPUs there may be were busy since boot, by the first line of `/proc/stat`: user, nice, system, irq,
    /// softirq and steal, in hundredths of a second.
    static func busySeconds(_ text: String) -> Double? {
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        let ticks = words.dropFirst().compactMap { UInt64($0) }
        guard words.first == "cpu", ticks.count >= 8 else { return nil }
        return [0, 1, 2, 5, 6, 7].reduce(0) { $0 + Double(ticks[$1]) } / 100
    }

    /// Where a `stat` file says that a thread is: field 39, the CPU.
    static func cpu(_ stat: String) -> Int? { field(39, of: stat).flatMap { Int($0) } }

    /// The CPU time a `stat` file shows, in clock ticks: fields 14 and 15, utime and stime.
    static func cpuTicks(_ stat: String) -> UInt64? {
        guard let user = field(14, of: stat), let system = field(15, of: stat) else { return nil }
        return user + system
    }

    /// A number of a `stat` file, counted from 1. The second field, the name, may hold anything.
    private static func field(_ number: Int, of stat: String) -> UInt64? {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let words = stat[stat.index(after: end)...].split(separator: " ")
        return words.count > number - 3 ? UInt64(words[number - 3]) : nil
    }

    /// Bytes of a line of smaps: `AnonHugePages:      8192 kB`.
    static func smaps(_ name: String, in text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            let words = line.split(separator: " ")
            return words.count == 3 ? UInt64(words[1]).map { $0 << 10 } : nil
        }
        return nil
    }

    /// The number behind `name=`.
    private static func value(of name: String, in word: String) -> UInt64? {
        word.hasPrefix(name + "=") ? UInt64(word.dropFirst(name.utf8.count + 1)) : nil
    }
}
