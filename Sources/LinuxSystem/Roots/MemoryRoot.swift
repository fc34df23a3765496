package import SystemPackage

/// A root held in memory: an unpacked archive, or a machine a test makes up.
///
/// Absolute paths; directories come into being with what lies in them. Links are followed within the root as the kernel
/// would. Any path can be told to fail with an errno.
package struct MemoryRoot: HostRoot {
    private enum Node: Sendable {
        case file([UInt8])
        case link(String)
        case directory
    }

    package var isLive: Bool { false }

    /// By normalised path: components joined by `/`, no slash at either end; the root is the empty string.
    private var nodes: [String: Node] = ["": .directory]
    /// The names in each directory that has any. Apart from the nodes, so that a name is added in place: an archive has
    /// directories of many thousand.
    private var names: [String: Set<String>] = [:]
    private var failures: [String: Errno] = [:]

    /// As many as the kernel follows before it answers ELOOP (MAXSYMLINKS, include/linux/namei.h).
    private static let longestLinkChain = 40

    package init() {}

    /// Files given as text.
    package init(files: [String: String]) {
        for (path, text) in files { addFile(path, text: text) }
    }

    /// Every path that is a file or a link, sorted, absolute.
    package var paths: [String] {
        nodes.compactMap { path, node in
            if case .directory = node { nil } else { "/" + path }
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    // MARK: Building

    package mutating func addFile(_ path: String, _ bytes: [UInt8]) { add(path, .file(bytes)) }

    package mutating func addFile(_ path: String, text: String) { add(path, .file(Array(text.utf8))) }

    package mutating func addLink(_ path: String, target: String) { add(path, .link(target)) }

    package mutating func addDirectory(_ path: String) {
        let key = Self.normalised(path)
        if case .directory = nodes[key] { return }
        add(path, .directory)
    }

    /// Makes every access to a path, and to what lies beneath it, fail.
    package mutating func fail(_ path: String, with errno: Errno) {
        failures[Self.normalised(path)] = errno
    }

    /// Removes a file, a link, or a directory with all beneath it. Forgets failures it was told of there.
    package mutating func remove(_ path: String) {
        let key = Self.normalised(path)
        removeTree(key)
        if !failures.isEmpty {
            failures = failures.filter { !key.isEmpty && $0.key != key && !$0.key.hasPrefix(key + "/") }
        }
        if key.isEmpty {
            nodes[key] = .directory
            return
        }
        let (parent, name) = Self.split(key)
        names[parent]?.remove(name)
    }

    /// Removes what is stored at a path and beneath it, and looks at nothing else.
    private mutating func removeTree(_ top: String) {
        var rest = [top]
        while let key = rest.popLast() {
            nodes[key] = nil
            for name in names.removeValue(forKey: key) ?? [] { rest.append(key.isEmpty ? name : "\(key)/\(name)") }
        }
    }

    private mutating func add(_ path: String, _ node: Node) {
        var key = Self.normalised(path)
        precondition(!key.isEmpty, "the root itself is a directory")
        if nodes[key] != nil { remove(path) }
        nodes[key] = node
        while !key.isEmpty {
            let (parent, name) = Self.split(key)
            let isNew = names[parent, default: []].insert(name).inserted
            if case .directory = nodes[parent] {
                if !isNew { return }
            } else {
                nodes[parent] = .directory
            }
            key = parent
        }
    }

    // MARK: Reading

    package func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        buffer.removeAll(keepingCapacity: true)
        switch try resolve(path, .read).node {
        case .file(let bytes):
            if bytes.count > limitBytes { throw failure(.read, path, .fileTooLarge) }
            buffer.append(contentsOf: bytes)
        case .link, .directory: throw failure(.read, path, .isDirectory)
        }
    }

    package func list(_ directory: String) throws(ReadFailure) -> [String] {
        let (key, node) = try resolve(directory, .open)
        guard case .directory = node else { throw failure(.open, directory, .notDirectory) }
        return (names[key] ?? []).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func linkTarget(_ path: String) throws(ReadFailure) -> String {
        guard case .link(let target) = try resolve(path, .link, followingLast: false).node else {
            throw failure(.link, path, .invalidArgument)
        }
        return target
    }

    /// Walks a path as the kernel does, links included.
    private func resolve(
        _ path: String, _ operation: ReadOperation, followingLast: Bool = true
    ) throws(ReadFailure) -> (key: String, node: Node) {
        // A stored path has directories for parents, never links: nothing needs resolving where it is asked for as stored.
        if failures.isEmpty, path.hasPrefix("/") {
            let key = String(path.dropFirst())
            if let node = nodes[key] {
                if case .link = node {} else { return (key, node) }
            }
        }
        var rest = Self.components(path)[...]
        var key = ""
        var linksLeft = Self.longestLinkChain
        while true {
            if let errno = failures[key] { throw failure(operation, path, errno) }
            guard let node = nodes[key] else { throw failure(.open, path, .noSuchFileOrDirectory) }
            if case .link(let target) = node, followingLast || !rest.isEmpty {
                guard linksLeft > 0 else { throw failure(.open, path, .tooManySymbolicLinkLevels) }
                linksLeft -= 1
                rest = (Self.components(target) + rest)[...]
                key = target.hasPrefix("/") ? "" : Self.split(key).parent
                continue
            }
            guard let name = rest.popFirst() else { return (key, node) }
            guard case .directory = node else { throw failure(.open, path, .notDirectory) }
            if name == ".." {
                key = Self.split(key).parent
            } else {
                key = key.isEmpty ? String(name) : "\(key)/\(name)"
            }
        }
    }

    private func failure(_ operation: ReadOperation, _ path: String, _ errno: Errno) -> ReadFailure {
        guard errno == .noSuchFileOrDirectory, let process = ProcessPath(path), !process.isWhole else {
            return ReadFailure(operation, path, errno)
        }
        let isThere = nodes[Self.normalised(process.directory)] != nil
        return ReadFailure(operation, path, errno, kind: isThere ? .missing : .gone)
    }

    // MARK: Paths

    private static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }

    /// A path being added has no links to follow: `..` takes back a name.
    private static func normalised(_ path: String) -> String {
        var names: [Substring] = []
        for name in components(path) {
            if name == ".." { _ = names.popLast() } else { names.append(name) }
        }
        return names.joined(separator: "/")
    }

    private static func split(_ key: String) -> (parent: String, name: String) {
        guard let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", key) }
        return (String(key[..<slash]), String(key[key.utf8.index(after: slash)...]))
    }
}
