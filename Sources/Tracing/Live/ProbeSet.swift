import LinuxSystem
import SystemPackage

/// The probes of our group in tracefs: making, listing and removing them.
///
/// Definitions are global to tracefs; only switching on is an instance's own. All sessions of numawatch therefore share
/// them. The kernel refuses to remove a probe that is switched on in any instance (`EBUSY`), and that is all the
/// bookkeeping there is: who stops removes what nobody else uses, the last one removes all. Nothing outside the group
/// `numawatch`, and no name in it that is not ours, is ever touched.
struct ProbeSet {
    let fileSystem: TraceFileSystem

    private static let kprobeFile = "kprobe_events"
    private static let dynamicFile = "dynamic_events"

    /// What became of one definition.
    enum Outcome {
        case made(withOptional: Bool)
        case refused(SystemFailure)
    }

    /// The file that takes the lines of a mechanism; nil if this kernel has none.
    ///
    /// - Throws: Where that cannot be looked at.
    func file(for mechanism: TraceCapability.Mechanism) throws(SystemFailure) -> String? {
        let file =
            switch mechanism {
            case .kprobes: Self.kprobeFile
            case .fprobes: Self.dynamicFile
            case .tracepoints: ""
            }
        guard !file.isEmpty, try fileSystem.exists(file) else { return nil }
        return file
    }

    /// Makes a probe, or finds it made alike by another session.
    func make(_ probe: ProbeDefinition, by mechanism: TraceCapability.Mechanism, in file: String) -> Outcome {
        var refusal: SystemFailure?
        for withOptional in probe.optionalArguments.isEmpty ? [true] : [true, false] {
            do throws(SystemFailure) {
                try make(probe, probe.line(mechanism, withOptional: withOptional), in: file)
                return .made(withOptional: withOptional)
            } catch {
                refusal = error
            }
        }
        return .refused(
            refusal ?? SystemFailure("make the probe", probe.name, .notSupported))
    }

    private func make(_ probe: ProbeDefinition, _ line: String, in file: String) throws(SystemFailure) {
        if let present = try definitions()[probe.name] {
            if Self.isAlike(present, line) { return }
            // Left by another version, and in use if this fails.
            try remove(probe.name)
        }
        do throws(SystemFailure) {
            try fileSystem.write(line, to: file, isAppending: true)
        } catch {
            // Another session was faster.
            guard error.errno == .fileExists else { throw error }
        }
    }

    /// The definitions of our group by name, as the kernel lists them.
    ///
    /// - Throws: Where a list is there but cannot be read, and the other has none of ours.
    func definitions() throws(SystemFailure) -> [String: String] {
        var found: [String: String] = [:]
        var failure: SystemFailure?
        for file in [Self.dynamicFile, Self.kprobeFile] where found.isEmpty {
            let bytes: [UInt8]
            do throws(SystemFailure) {
                bytes = try fileSystem.read(file)
            } catch {
                if error.errno != .noSuchFileOrDirectory { failure = error }
                continue
            }
            for line in bytes.split(separator: 0x0A) {
                let text = String(decoding: line, as: UTF8.self)
                guard let colon = text.firstIndex(of: ":"), let blank = text.firstIndex(of: " "), colon < blank else {
                    continue
                }
                let name = String(text[text.index(after: colon)..<blank])
                if name.hasPrefix("\(ProbeDefinition.group)/") { found[name] = text }
            }
        }
        if found.isEmpty, let failure { throw failure }
        return found
    }

    /// Removes the probes that are ours and that nobody has switched on.
    ///
    /// - Returns: What could not be removed, other than for being in use, or not even be looked for.
    func removeUnused() -> [SystemFailure] {
        let ours = Set(ProbeDefinition.all.map(\.name))
        var failures: [SystemFailure] = []
        let names: [String]
        do throws(SystemFailure) {
            names = try definitions().keys.sorted()
        } catch {
            return [error]
        }
        for name in names where ours.contains(name) {
            do throws(SystemFailure) {
                try remove(name)
            } catch {
                if error.errno != .resourceBusy, error.errno != .noSuchFileOrDirectory { failures.append(error) }
            }
        }
        return failures
    }

    private func remove(_ name: String) throws(SystemFailure) {
        let file = try fileSystem.exists(Self.dynamicFile) ? Self.dynamicFile : Self.kprobeFile
        try fileSystem.write("-:\(name)", to: file, isAppending: true)
    }

    /// Whether a line as listed (`r16:numawatch/… function j=@jiffies:u64`) is what a line of ours makes.
    ///
    /// The kernel lists a return probe with the number of its instances, and a function with offset 0.
    static func isAlike(_ listed: String, _ line: String) -> Bool {
        normalised(listed) == normalised(line)
    }

    private static func normalised(_ line: String) -> String {
        let words = line.split(separator: " ")
        guard let head = words.first, let colon = head.firstIndex(of: ":"), words.count > 1 else { return line }
        let type = head.prefix { !$0.isNumber && $0 != ":" }
        let function = words[1].hasSuffix("+0") ? words[1].dropLast(2) : words[1]
        return "\(type)\(head[colon...]) \(function) " + words.dropFirst(2).joined(separator: " ")
    }

    /// Hits the kernel could not handle, of our probes (`kprobe_profile`: name, hits, misses).
    func missedHits() -> UInt64 {
        guard let bytes = try? fileSystem.read("kprobe_profile") else { return 0 }
        let ours = Set(ProbeDefinition.all.map(\.kind.name))
        var missed: UInt64 = 0
        for line in bytes.split(separator: 0x0A) {
            let words = line.split(separator: 0x20)
            guard words.count == 3, ours.contains(String(decoding: words[0], as: UTF8.self)) else { continue }
            missed &+= UInt64(String(decoding: words[2], as: UTF8.self)) ?? 0
        }
        return missed
    }
}
