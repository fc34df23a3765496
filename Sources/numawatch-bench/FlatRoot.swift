import LinuxSystem

/// A made-up machine's files by their whole path, found with one look: about what the kernel's cache of names costs.
///
/// ``MemoryRoot`` walks each path name by name, for the sake of links and failures; that would be most of what is
/// measured. Paths that are not found here are asked of it.
struct FlatRoot: HostRoot {
    private let base: MemoryRoot
    private let files: [String: [UInt8]]
    private let directories: [String: [String]]

    init(_ base: MemoryRoot) {
        self.base = base
        var files: [String: [UInt8]] = [:]
        var directories: [String: [String]] = [:]
        for path in base.paths {
            files[path] = try? base.readBytes(path)
            var names = path.split(separator: "/")
            while names.popLast() != nil {
                let directory = "/" + names.joined(separator: "/")
                guard directories[directory] == nil else { break }
                directories[directory] = try? base.list(directory)
            }
        }
        self.files = files
        self.directories = directories
    }

    var isLive: Bool { false }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        guard let bytes = files[path], bytes.count <= limitBytes else {
            return try base.read(path, into: &buffer, limitBytes: limitBytes)
        }
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: bytes)
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] {
        if let names = directories[directory] { return names }
        return try base.list(directory)
    }

    func linkTarget(_ path: String) throws(ReadFailure) -> String { try base.linkTarget(path) }
}
