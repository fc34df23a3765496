import LinuxSystem
import Testing

/// A machine captured as one reviewable text file; see `Tests/Fixtures/README.md` for the format.
struct TextArchive {
    /// By path without a leading slash.
    var files: [String: [UInt8]] = [:]

    init(_ bytes: [UInt8]) {
        var paths: [String] = []
        var content: [UInt8] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.starts(with: "== ".utf8) {
                store(paths, content)
                paths = Self.expanded(String(decoding: line.dropFirst(3), as: UTF8.self))
                content = []
            } else if line.first == UInt8(ascii: " ") {
                content += line.dropFirst() + [UInt8(ascii: "\n")]
            } else if line.elementsEqual("\\".utf8) {
                content.removeLast()
            }
        }
        store(paths, content)
    }

    private mutating func store(_ paths: [String], _ content: [UInt8]) {
        for path in paths {
            files[path] = content
        }
    }

    /// `cpu{0-1,4}/online` names `cpu0/online`, `cpu1/online` and `cpu4/online`.
    static func expanded(_ path: String) -> [String] {
        guard let open = path.firstIndex(of: "{"), let close = path.firstIndex(of: "}"), open < close else {
            return [path]
        }
        var result: [String] = []
        for part in path[path.index(after: open)..<close].split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last else { continue }
            for number in first...last {
                result += expanded(path[..<open] + String(number) + path[path.index(after: close)...])
            }
        }
        return result
    }

    /// The captured files as a root.
    var root: MemoryRoot {
        var root = MemoryRoot()
        for (path, content) in files {
            root.addFile("/" + path, content)
        }
        return root
    }
}

/// The captured machines.
struct CapturedMachine: Sendable, CustomTestStringConvertible {
    var name: String
    var root: MemoryRoot
    /// The kernel's own dump.
    var log: String

    var testDescription: String { name }

    private static let directory =
        String(#filePath.dropLast("HostReadingTests/Domains/TextArchive.swift".count))
        + "Fixtures/domains"

    static let names: [String] =
        (try? DirectoryRoot(directory).list("/"))?
        .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) } ?? []

    init(_ name: String) throws {
        let archive = TextArchive(try DirectoryRoot(Self.directory).readBytes("/\(name).txt"))
        self.name = name
        root = archive.root
        log = String(decoding: archive.files["expected.dmesg"] ?? [], as: UTF8.self)
        root.remove("/expected.dmesg")
    }

    /// The machine as an unprivileged or contained process sees it: without debugfs and schedstat.
    var unprivileged: MemoryRoot {
        var copy = root
        copy.remove("/sys/kernel/debug")
        copy.remove("/proc/schedstat")
        return copy
    }
}
