package import LinuxSystem
import SystemPackage

/// A captured machine read from a tar archive, plain or compressed, into memory.
///
/// Its files may lie at the top (`proc/…`), in `root/` or below another directory, as in `NAME/root/`, `sosreport-HOST/`
/// or the `NAME/` of hwloc-gather-topology: the shortest prefix under which there is a `proc` or `sys` is the root.
///
/// An archive that is cut short or damaged gives what was readable; `problem` says what was not. The member in which it
/// broke fails with EIO rather than be read in part.
package struct ArchiveRoot: HostRoot {
    /// The files.
    package let memory: MemoryRoot
    /// The prefix that was taken for the root, without slashes at its ends; empty for the archive's top.
    package let prefix: String
    /// Why not all of the archive could be read; nil when all was.
    package let problem: ArchiveFailure?

    package var isLive: Bool { false }

    /// A captured machine takes about 10 MiB; one of 8,192 processors some hundred.
    package static let defaultLimitBytes = 512 << 20

    /// As much as is read of a file anywhere: a larger member is no kernel text.
    package static var fileLimitBytes: Int { defaultReadLimitBytes }

    /// A larger member that lies in no `proc` or `sys` is passed over unread: a host's logs, which sosreport takes along.
    /// The largest file wanted from elsewhere is the kernel's configuration, 300 kB.
    private static let otherFileLimitBytes = 512 << 10

    /// What each member counts beside its bytes, and each directory that comes into being with it: an archive of empty
    /// files or of deep paths has a bound too.
    private static let bytesPerName = 1024

    /// PATH_MAX: no host has a longer path.
    private static let longestName = 4096

    /// Reads an archive.
    ///
    /// - Parameters:
    ///   - offsetBytes: Where the archive begins, for one that lies in a larger file.
    ///   - limitBytes: A bound on the unpacked size of all members together; for each it is ``fileLimitBytes``.
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
        /// Those that lie in others, as they were counted.
        private var directories: Set<String> = []
        /// Whether no member was read: then it is no archive at all.
        private(set) var isEmpty = true

        init(path: String, limitBytes: Int) {
            self.path = path
            self.limitBytes = limitBytes
        }

        mutating func readAll(from reader: LibraryReader) throws(ArchiveFailure) {
            while let member = try reader.nextMember() {
                isEmpty = false
                guard member.path.utf8.count <= ArchiveRoot.longestName else {
                    throw ArchiveFailure(
                        path: path, kind: .malformed("a member's name has more than \(ArchiveRoot.longestName) bytes"),
                        byteOffset: reader.byteOffset)
                }
                let name = Self.normalised(member.path)
                if name.isEmpty { continue }
                try countName(name, reader)
                switch member.kind {
                case .directory: add(name, .directory)
                case .link(let target): add(name, .link(target))
                case .copy(let original):
                    guard let index = indices[Self.normalised(original)] else { continue }
                    add(name, contents[index].content)
                case .file: try readFile(name, byteCount: member.byteCount, from: reader)
                // Devices and pipes are no kernel text.
                case .other: continue
                }
            }
        }

        private mutating func readFile(
            _ name: String, byteCount: Int64, from reader: LibraryReader
        ) throws(ArchiveFailure) {
            // By its header, before anything is unpacked.
            if byteCount > ArchiveRoot.otherFileLimitBytes, Self.machineIndex(name) == nil { return }
            let limit = ArchiveRoot.fileLimitBytes
            guard byteCount <= limit else { throw tooLarge(limit, reader, member: name) }
            try count(Int(byteCount), reader, member: name)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(Int(byteCount))
            do throws(ArchiveFailure) {
                while true {
                    let count = try reader.readData(appendingTo: &bytes, member: name)
                    if count == 0 { break }
                    guard bytes.count <= byteCount else {
                        throw ArchiveFailure(
                            path: path, kind: .malformed("longer than its header says"),
                            byteOffset: reader.byteOffset, member: name)
                    }
                }
            } catch {
                add(name, .broken)
                throw error
            }
            add(name, .file(bytes))
        }

        /// Counts a member and the directories that are new with it.
        private mutating func countName(_ name: String, _ reader: LibraryReader) throws(ArchiveFailure) {
            try count(ArchiveRoot.bytesPerName + name.utf8.count, reader)
            var rest = name[...]
            while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) {
                rest = rest[..<slash]
                guard directories.insert(String(rest)).inserted else { return }
                try count(ArchiveRoot.bytesPerName + rest.utf8.count, reader)
            }
        }

        private mutating func count(
            _ bytes: Int, _ reader: LibraryReader, member: String? = nil
        ) throws(ArchiveFailure) {
            unpackedBytes += bytes
            if unpackedBytes > limitBytes { throw tooLarge(limitBytes, reader, member: member) }
        }

        private func tooLarge(_ limitBytes: Int, _ reader: LibraryReader, member: String?) -> ArchiveFailure {
            ArchiveFailure(
                path: path, kind: .tooLarge(limitBytes: limitBytes), byteOffset: reader.byteOffset, member: member)
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
            let prefix: String
            do {
                prefix = try rootPrefix()
            } catch {
                // What broke the archive comes before what was not found in the rest.
                throw problem ?? error
            }
            let start = prefix.isEmpty ? "" : prefix + "/"
            var memory = MemoryRoot()
            for (name, content) in contents where name.hasPrefix(start) {
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
            return ArchiveRoot(memory: memory, prefix: prefix, problem: problem)
        }

        /// The shortest path that has a `proc` or `sys` in it.
        private func rootPrefix() throws(ArchiveFailure) -> String {
            var found: Set<String> = []
            var fewest = Int.max
            for (name, content) in contents {
                // An empty directory is no machine.
                if case .directory = content { continue }
                guard let index = Self.machineIndex(name), index <= fewest else { continue }
                if index < fewest { found = [] }
                fewest = index
                found.insert(name.split(separator: "/")[..<index].joined(separator: "/"))
            }
            let sorted = found.sorted()
            guard let prefix = sorted.first else { throw ArchiveFailure(path: path, kind: .noRoot) }
            if sorted.count > 1 { throw ArchiveFailure(path: path, kind: .severalRoots(prefix, sorted[1])) }
            return prefix
        }

        /// How many directories a member's `proc` or `sys` lies in; nil where it has none.
        private static func machineIndex(_ name: String) -> Int? {
            name.split(separator: "/").firstIndex { $0 == "proc" || $0 == "sys" }
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
