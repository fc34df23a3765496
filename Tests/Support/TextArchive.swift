package import LinuxSystem

/// A machine captured as one reviewable text file; see `Tests/Fixtures/README.md` for the format.
package struct TextArchive {
    /// By path without a leading slash.
    package var files: [String: [UInt8]] = [:]

    package init(_ bytes: [UInt8]) {
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
    package var root: MemoryRoot {
        var root = MemoryRoot()
        for (path, content) in files {
            root.addFile("/" + path, content)
        }
        return root
    }
}
