package import LinuxSystem
import SystemPackage

/// A captured machine read from a tar archive, plain or compressed, into memory.
///
/// Its files may lie at the top (`proc/…`), in `root/` or in `NAME/root/`: the shortest prefix under which there is a
/// `proc` or `sys` is the root. What lies elsewhere (`NAME/expected.dmesg`) is kept aside, by its path in the archive.
///
/// An archive that is cut short or damaged gives what was readable; `problem` says what was not. The member in which it
/// broke fails with EIO rather than be read in part.
package struct ArchiveRoot: HostRoot {
    /// The files.
    package let memory: MemoryRoot
    /// The prefix that was taken for the root, without slashes at its ends; empty for the archive's top.
    package let prefix: String
    /// Files outside the root, by their path in the archive.
    package let companions: [String: [UInt8]]
    /// Why not all of the archive could be read; nil when all was.
    package let problem: ArchiveFailure?

    package var isLive: Bool { false }

    /// A captured machine takes about 10 MiB; one of 8,192 processors some hundred.
    package static let defaultLimitBytes = 1 << 30

    /// What each member counts beside its bytes, so that an archive of empty files has a bound too.
    private static let bytesPerMember = 512

    /// Reads an archive.
    ///
    /// - Parameters:
    ///   - offsetBytes: Where the archive begins, for one that lies in a larger file.
    ///   - limitBytes: A bound on the unpacked size.
    /// - Throws: Where it cannot be opened, is no archive, is over the bound, or holds no machine or several.
    package static func load(
        _ path: String, offsetBytes: UInt64 = 0, limitBytes: Int = defaultLimitBytes
    ) throws(ArchiveFailure) -> ArchiveRoot {
        let descriptor = try opening(path) { () throws(Errno) in
            let descriptor = try OwnedDescriptor(openingForReading: path)
            // A pipe has no position, and is read from its beginning.
            if offsetBytes > 0 { try descriptor.seek(to: offsetBytes) }
            return descriptor
        }
        let reader = try LibraryReader(try StoredSource(descriptor, path: path), .tar)
        var members = Members(path: path, limitBytes: limitBytes)
        var problem: ArchiveFailure?
        do {
            try members.readAll(from: reader)
        } catch {
            // Nothing of it could be used: it is no archive at all.
            guard case .malformed = error.kind, !members.isEmpty else { throw error }
            problem = error
        }
        return try members.root(problem: problem)
    }

    package func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        try memory.read(path, into: &buffer, limitBytes: limitBytes)
    }

    package func list(_ directory: String) throws(ReadFailure) -> [String] { try memory.list(directory) }

    package func linkTarget(_ path: String) throws(ReadFailure) -> String { try memory.linkTarget(path) }

    // MARK: Unpacking

    private struct Members {
        private enum Content {
            case file([UInt8])
            case link(String)
            case directory
            /// The member in which the archive broke.
            case broken
        }

        let path: String
        let limitBytes: Int
        private var unpackedBytes = 0
        /// In the order of the archive: a later member of the same path replaces an earlier one.
        private var contents: [(path: String, content: Content)] = []
        private var indices: [String: Int] = [:]

        init(path: String, limitBytes: Int) {
            self.path = path
            self.limitBytes = limitBytes
        }

        var isEmpty: Bool { contents.isEmpty }

        mutating func readAll(from reader: LibraryReader) throws(ArchiveFailure) {
            while let member = try reader.nextMember() {
                let name = Self.normalised(member.path)
                try count(ArchiveRoot.bytesPerMember, reader)
                if name.isEmpty { continue }
                switch member.kind {
                case .directory: add(name, .directory)
                case .link(let target): add(name, .link(target))
                case .copy(let original):
                    guard let index = indices[Self.normalised(original)] else { continue }
                    if case .file(let bytes) = contents[index].content { try count(bytes.count, reader) }
                    add(name, contents[index].content)
                case .file: try readFile(name, from: reader)
                // Devices and pipes are no kernel text.
                case .other: continue
                }
            }
        }

        private mutating func readFile(_ name: String, from reader: LibraryReader) throws(ArchiveFailure) {
            var bytes: [UInt8] = []
            do {
                while true {
                    let count = try reader.readData(appendingTo: &bytes, member: name)
                    if count == 0 { break }
                    try self.count(count, reader)
                }
            } catch {
                add(name, .broken)
                throw error
            }
            add(name, .file(bytes))
        }

        private mutating func count(_ bytes: Int, _ reader: LibraryReader) throws(ArchiveFailure) {
            unpackedBytes += bytes
            if unpackedBytes > limitBytes {
                throw ArchiveFailure(
                    path: path, kind: .tooLarge(limitBytes: limitBytes), byteOffset: reader.byteOffset)
            }
        }

        private mutating func add(_ name: String, _ content: Content) {
            if let index = indices[name] {
                contents[index].content = content
            } else {
                indices[name] = contents.count
                contents.append((name, content))
            }
        }

        /// Sorts out what belongs to the machine.
        func root(problem: ArchiveFailure?) throws(ArchiveFailure) -> ArchiveRoot {
            let prefix = try rootPrefix()
            let start = prefix.isEmpty ? "" : prefix + "/"
            var memory = MemoryRoot()
            var companions: [String: [UInt8]] = [:]
            for (name, content) in contents {
                guard name.hasPrefix(start) else {
                    if case .file(let bytes) = content { companions[name] = bytes }
                    continue
                }
                let path = "/" + name.dropFirst(start.count)
                switch content {
                case .file(let bytes): memory.addFile(path, bytes)
                case .link(let target): memory.addLink(path, target: target)
                case .directory: memory.addDirectory(path)
                case .broken:
                    memory.addFile(path, [])
                    memory.fail(path, with: .ioError)
                }
            }
            return ArchiveRoot(memory: memory, prefix: prefix, companions: companions, problem: problem)
        }

        /// The shortest path that has a `proc` or `sys` in it.
        private func rootPrefix() throws(ArchiveFailure) -> String {
            var found: Set<String> = []
            var fewest = Int.max
            for (name, _) in contents {
                let parts = name.split(separator: "/")
                guard let index = parts.firstIndex(where: { $0 == "proc" || $0 == "sys" }), index <= fewest else {
                    continue
                }
                if index < fewest { found = [] }
                fewest = index
                found.insert(parts[..<index].joined(separator: "/"))
            }
            let sorted = found.sorted()
            guard let prefix = sorted.first else { throw ArchiveFailure(path: path, kind: .noRoot) }
            if sorted.count > 1 { throw ArchiveFailure(path: path, kind: .severalRoots(prefix, sorted[1])) }
            return prefix
        }

        /// Without `.`, with `..` taking back a name, without slashes at the ends.
        private static func normalised(_ path: String) -> String {
            var names: [Substring] = []
            for name in path.split(separator: "/") where name != "." {
                if name == ".." { _ = names.popLast() } else { names.append(name) }
            }
            return names.joined(separator: "/")
        }
    }
}
