/// What is mounted where: `/proc/mounts` or, with roots inside the file systems, `/proc/self/mountinfo`.
///
/// ```
/// debugfs /sys/kernel/debug debugfs rw,nosuid,nodev,noexec,relatime 0 0
/// 29 23 0:7 / /sys/kernel/debug rw,nosuid,nodev,noexec,relatime shared:5 - debugfs debugfs rw
/// ```
///
/// Blanks, tabs, newlines and backslashes are written `\ooo`; undone here. A later mount of one place covers an earlier.
package struct Mounts: Hashable, Sendable {
    /// One mount.
    package struct Mount: Hashable, Sendable {
        package var source: String
        package var mountPoint: String
        package var fileSystemType: String
        /// Options of the mount and of its file system.
        package var options: [String]
        /// The directory inside the file system that is mounted; `mountinfo` only.
        package var root: String?
    }

    /// In the order of the file.
    package var mounts: [Mount] = []

    package init() {}

    /// Reads `/proc/mounts`.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        var offset = 0
        while let line = try bytes.nextLine(&offset, .mounts) {
            var position = line.lowerBound
            guard let source = bytes.nextWord(&position, line.upperBound),
                let point = bytes.nextWord(&position, line.upperBound),
                let type = bytes.nextWord(&position, line.upperBound),
                let options = bytes.nextWord(&position, line.upperBound)
            else { throw KernelTextError(.mounts, "mount", at: position, .unexpectedEnd) }
            mounts.append(
                Mount(
                    source: OctalEscapes.decoded(bytes, source), mountPoint: OctalEscapes.decoded(bytes, point),
                    fileSystemType: OctalEscapes.decoded(bytes, type), options: Self.options(bytes, options),
                    root: nil))
        }
    }

    /// Reads `/proc/self/mountinfo`.
    package init(parsingMountinfo bytes: Span<UInt8>) throws(KernelTextError) {
        self.init()
        var offset = 0
        while let line = try bytes.nextLine(&offset, .mountinfo) {
            mounts.append(try Self.mountinfoLine(bytes, line))
        }
    }

    /// The last mount of a type, such as `debugfs`, `tracefs`, `cgroup2`.
    package func last(ofType type: String) -> Mount? {
        mounts.last { $0.fileSystemType == type }
    }

    /// The mount of the version 1 cgroup hierarchy of a controller, such as `cpuset`.
    package func cgroup(controller: String) -> Mount? {
        mounts.last { $0.fileSystemType == "cgroup" && $0.options.contains(controller) }
    }

    private static func mountinfoLine(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(KernelTextError) -> Mount {
        var position = line.lowerBound
        func next(_ field: String) throws(KernelTextError) -> Range<Int> {
            guard let word = bytes.nextWord(&position, line.upperBound) else {
                throw KernelTextError(.mountinfo, field, at: position, .unexpectedEnd)
            }
            return word
        }
        _ = try next("mount ID")
        _ = try next("parent ID")
        _ = try next("major:minor")
        let root = try next("root")
        let point = try next("mount point")
        let mountOptions = try next("mount options")
        // Any number of optional fields, up to a lone dash.
        while !bytes.equals("-", try next("separator")) {}
        let type = try next("filesystem type")
        let source = try next("mount source")
        let superOptions = bytes.nextWord(&position, line.upperBound)
        return Mount(
            source: OctalEscapes.decoded(bytes, source), mountPoint: OctalEscapes.decoded(bytes, point),
            fileSystemType: OctalEscapes.decoded(bytes, type),
            options: options(bytes, mountOptions) + (superOptions.map { options(bytes, $0) } ?? []),
            root: OctalEscapes.decoded(bytes, root))
    }

    private static func options(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [String] {
        var result: [String] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = bytes.find(Byte.comma, offset, range.upperBound)
            if end > offset { result.append(OctalEscapes.decoded(bytes, offset..<end)) }
            offset = end + 1
        }
        return result
    }
}
