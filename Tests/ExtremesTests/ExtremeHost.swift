import FixtureSupport
import LinuxSystem
import Synchronization

/// A host on which every file that numawatch knows can be read: two nodes with four CPUs each, Debian's 6.12.
enum ExtremeHost {
    static let files: [String: [UInt8]] = {
        var files: [String: [UInt8]] = [:]
        for name in ["numastat/4-nodes", "domains/x86-2s2c2t-6.12", "extremes/rest"] {
            files.merge(Fixture.archive(name).files) { $1 }
        }
        // Of the four nodes of one guest the other has two.
        let strange = ["printed/", "expected.", "sys/devices/system/node/node2", "sys/devices/system/node/node3"]
        return files.filter { path, _ in !strange.contains { path.hasPrefix($0) } }
    }()

    static let root = root(files)

    static func root(_ files: [String: [UInt8]]) -> MemoryRoot {
        var root = MemoryRoot()
        for (path, bytes) in files { root.addFile("/" + path, bytes) }
        for cpu in 0..<8 {
            root.addLink("/sys/devices/system/cpu/cpu\(cpu)/node\(cpu / 4)", target: "../../node/node\(cpu / 4)")
        }
        return root
    }

    /// The files of one kind: their path with every number as `N`, and all of that path.
    struct Kind: Sendable, CustomStringConvertible {
        var description: String
        var paths: [String]
    }

    static let kinds: [Kind] = {
        var paths: [String: [String]] = [:]
        for path in files.keys.sorted() { paths[pattern(path), default: []].append(path) }
        return paths.sorted { $0.key < $1.key }.map { Kind(description: $0.key, paths: $0.value) }
    }()

    /// A release in a path is a name, not a number of CPUs or processes.
    private static func pattern(_ path: String) -> String {
        guard !path.hasPrefix("boot/") else { return path }
        var pattern = ""
        for character in path where !(character.isNumber && pattern.last == "N") {
            pattern.append(character.isNumber ? "N" : character)
        }
        return pattern
    }

    /// The host with all files as `change` makes them.
    static func root(_ change: ([UInt8]) -> [UInt8]) -> MemoryRoot { root(files.mapValues(change)) }

    /// The host with all files of a kind as `change` makes them.
    static func root(with kind: Kind, _ change: ([UInt8]) -> [UInt8]) -> MemoryRoot {
        var root = root
        for path in kind.paths { root.addFile("/" + path, change(files[path] ?? [])) }
        return root
    }
}

/// A root that is another one from a moment on: what a daemon meets between two rounds.
final class ChangingRoot: HostRoot {
    private let current: Mutex<any HostRoot>
    private let paths = Mutex(Set<String>())

    init(_ root: any HostRoot) {
        current = Mutex(root)
    }

    /// The files that were read, by their paths.
    var read: Set<String> { paths.withLock { $0 } }

    func become(_ root: any HostRoot) { current.withLock { $0 = root } }

    var isLive: Bool { false }

    private var root: any HostRoot { current.withLock { $0 } }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        try root.read(path, into: &buffer, limitBytes: limitBytes)
        paths.withLock { _ = $0.insert(String(path.dropFirst())) }
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] { try root.list(directory) }

    func linkTarget(_ path: String) throws(ReadFailure) -> String { try root.linkTarget(path) }
}
