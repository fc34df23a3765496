/// A kernel of Debian's archive, unpacked beside nothing else: `boot/vmlinuz-…`, `boot/config-…` and the modules that a
/// guest's disk needs.
package struct KernelPackage: Sendable, Hashable {
    package var series: KernelSeries
    /// `uname -r`.
    package var release: String
    /// Where it is unpacked.
    package var directory: String

    package init(series: KernelSeries, release: String, directory: String) {
        self.series = series
        self.release = release
        self.directory = directory
    }

    package var imagePath: String { "\(directory)/boot/vmlinuz-\(release)" }
    package var configPath: String { "\(directory)/boot/config-\(release)" }

    /// Finds the newest package of a series, downloads it if the cache has it not, and unpacks it. Nothing is installed.
    ///
    /// The name comes from the package lists of this host's archive. If there is none in them, or its file is gone from
    /// the archive, the lists are fetched anew once (which needs root).
    ///
    /// - Throws: ``LabFailure`` if the archive cannot be reached or has no kernel of this series.
    package static func fetch(_ series: KernelSeries) async throws(LabFailure) -> KernelPackage {
        if let name = try await newestName(series) {
            do {
                return try await unpacked(name, series)
            } catch {
                // Below, with new lists.
            }
        }
        try await HostCommand.succeed("apt-get", ["update", "--quiet"])
        guard let name = try await newestName(series) else {
            throw LabFailure(
                "find a kernel \(series.rawValue)",
                "the package lists have no linux-image-\(series.rawValue)…-amd64",
                remedy: "add Debian 12's bookworm and bookworm-security (for 6.12) to apt's sources")
        }
        return try await unpacked(name, series)
    }

    /// The package of the newest kernel of a series in the lists that are there.
    private static func newestName(_ series: KernelSeries) async throws(LabFailure) -> String? {
        let result = try await HostCommand.run("apt-cache", ["pkgnames", "linux-image-\(series.rawValue)."])
        return newest(of: result.text.split(separator: "\n").map(String.init), series)
    }

    /// The newest of several packages: the plain signed kernels alone (no `-cloud`, `-rt`, `-dbg`, `-unsigned`).
    package static func newest(of names: [String], _ series: KernelSeries) -> String? {
        let prefix = "linux-image-\(series.rawValue)."
        let plain = names.filter { name in
            // linux-image-6.1.0-56-amd64, linux-image-6.12.117+deb12-amd64
            guard name.hasPrefix(prefix), name.hasSuffix("-amd64") else { return false }
            let version = name.dropFirst(prefix.count).dropLast("-amd64".count)
            return version.first?.isNumber == true
                && version.split(separator: "-").dropFirst().allSatisfy { $0.allSatisfy(\.isNumber) }
        }
        return plain.max { numbers($0).lexicographicallyPrecedes(numbers($1)) }
    }

    private static func numbers(_ name: String) -> [Int] {
        name.split { !$0.isNumber }.compactMap { Int($0) }
    }

    // MARK: Unpacking

    /// Where those modules lie that guests load, and those that these need.
    private static let moduleDirectories = [
        "drivers/virtio/*", "drivers/block/virtio_blk.ko*", "fs/ext4/*", "fs/jbd2/*", "fs/mbcache.ko*",
        "lib/crc*", "crypto/crc*",
    ]

    private static func unpacked(_ name: String, _ series: KernelSeries) async throws(LabFailure) -> KernelPackage {
        let release = String(name.dropFirst("linux-image-".count))
        let directory = "\(LabPaths.cache)/\(name)"
        let package = KernelPackage(series: series, release: release, directory: directory)
        // Moved into place when it is whole.
        if HostFiles.exists(package.imagePath) { return package }
        try await HostFiles.makeDirectory(LabPaths.cache)
        let work = try await HostFiles.makeTemporaryDirectory()
        do {
            try await unpack(name, in: work)
            // Another run may have been faster: what is there is as good.
            _ = try await HostCommand.run("mv", ["--no-target-directory", "\(work)/tree", directory])
            try await HostFiles.remove(work)
        } catch {
            try await HostFiles.remove(work)
            throw error
        }
        guard HostFiles.exists(package.imagePath) else {
            throw LabFailure("unpack \(name)", "there is no \(package.imagePath) in it")
        }
        return package
    }

    private static func unpack(_ name: String, in work: String) async throws(LabFailure) {
        // apt-get gives up its rights before it downloads.
        try await HostCommand.succeed("chmod", ["0777", work])
        try await HostCommand.succeed("sh", ["-c", "cd \"$1\" && apt-get download --quiet \"$2\"", "sh", work, name])
        try await HostFiles.makeDirectory("\(work)/tree")
        // Not all modules: they are 400 MB.
        let wanted = ["./boot/*"] + moduleDirectories.map { "*/kernel/\($0)" }
        try await HostCommand.succeed(
            "sh",
            [
                // tar's status counts every pattern that no file has, as where a module is built in.
                "-c",
                "cd \"$1\" && shift && dpkg-deb --fsys-tarfile ./*.deb > all.tar && "
                    + "{ tar -xf all.tar -C tree --wildcards \"$@\" 2>/dev/null || :; }", "sh", work,
            ] + wanted)
    }
}
