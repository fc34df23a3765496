/// A kernel of Debian's archive, unpacked beside nothing else: the image, its configuration and the modules that a
/// guest's disk needs, where the archive has these.
package struct KernelPackage: Sendable, Hashable {
    package var series: KernelSeries
    package var architecture: LabArchitecture { LabArchitecture(release: release) }
    /// `uname -r`.
    package var release: String
    /// Where it is unpacked.
    package var directory: String

    package init(series: KernelSeries, release: String, directory: String) {
        self.series = series
        self.release = release
        self.directory = directory
    }

    /// Below `/boot` up to 7.1, beside the modules from 7.2 on.
    package var imagePath: String {
        HostFiles.first(of: ["\(directory)/boot/vmlinuz-\(release)", "\(moduleDirectory)/vmlinuz"])
            ?? "\(directory)/boot/vmlinuz-\(release)"
    }

    /// Where the kernel's configuration lies, from the root; nil where the archive no longer has the package it is in.
    package var configPath: String? {
        ["/boot/config-\(release)", "/usr/lib/modules/\(release)/config"].first {
            HostFiles.exists(directory + $0)
        }
    }

    /// Whether guests can have disks. Of some series the archive keeps the image alone.
    package var hasModules: Bool {
        HostFiles.exists("\(directory)/lib/modules/\(release)/kernel") || HostFiles.exists("\(moduleDirectory)/kernel")
    }

    private var moduleDirectory: String { "\(directory)/usr/lib/modules/\(release)" }

    /// Finds the newest package of a series, downloads it if the cache has it not, and unpacks it. Nothing is installed.
    ///
    /// If the lists have none, or its file is gone from the archive, they are fetched anew once.
    ///
    /// - Throws: ``LabFailure`` if the archive cannot be reached or has no kernel of this series.
    package static func fetch(
        _ series: KernelSeries, _ architecture: LabArchitecture = .amd64
    ) async throws(LabFailure) -> KernelPackage {
        guard let package = try await find(series, architecture) else {
            throw LabFailure("find a kernel \(architecture.name(of: series))", "Debian's archive has none any more")
        }
        return package
    }

    /// As ``fetch(_:_:)``.
    ///
    /// - Returns: Nil where the archive no longer has a kernel of this series.
    /// - Throws: ``LabFailure`` if it cannot be reached.
    package static func find(
        _ series: KernelSeries, _ architecture: LabArchitecture = .amd64
    ) async throws(LabFailure) -> KernelPackage? {
        let archive = try await KernelArchive.open(architecture)
        do {
            if let package = try await newest(series, in: archive) { return package }
        } catch {
            // Below, with new lists.
        }
        await archive.update()
        do {
            return try await newest(series, in: archive)
        } catch  where error.reason.contains(" 404 ") {
            return nil
        }
    }

    private static func newest(
        _ series: KernelSeries, in archive: KernelArchive
    ) async throws(LabFailure) -> KernelPackage? {
        let names = try await archive.names("linux-")
        guard let name = newest(of: Array(names), series, archive.architecture) else { return nil }
        let release = String(name.dropFirst("linux-image-".count))
        return try await unpacked(release, series, KernelArchive.parts(of: release, in: names), archive)
    }

    /// The newest of several packages: the plain signed kernels alone (no `-cloud`, `-rt`, `-dbg`, `-unsigned`).
    package static func newest(
        of names: [String], _ series: KernelSeries, _ architecture: LabArchitecture = .amd64
    ) -> String? {
        let prefix = "linux-image-\(series.rawValue)."
        let suffix = "-\(architecture.rawValue)"
        let plain = names.filter { name in
            // linux-image-6.1.0-56-amd64, linux-image-6.12.117+deb12-amd64
            guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
            let version = name.dropFirst(prefix.count).dropLast(suffix.count)
            return version.first?.isNumber == true
                && version.split(separator: "-").dropFirst().allSatisfy { $0.allSatisfy(\.isNumber) }
        }
        return plain.max { numbers($0).lexicographicallyPrecedes(numbers($1)) }
    }

    private static func numbers(_ name: String) -> [Int] {
        name.split { !$0.isNumber }.compactMap { Int($0) }
    }

    // MARK: Unpacking

    /// Image and configuration, and where those modules lie that guests load, and those that these need.
    private static let wanted =
        ["./boot/*", "./usr/lib/modules/*/vmlinuz", "./usr/lib/modules/*/config"]
        + [
            "drivers/virtio/*", "drivers/block/virtio_blk.ko*", "fs/ext4/*", "fs/jbd2/*", "fs/mbcache.ko*",
            "lib/crc*", "crypto/crc*",
        ].map { "*/kernel/\($0)" }

    private static func unpacked(
        _ release: String, _ series: KernelSeries, _ parts: [String], _ archive: KernelArchive
    ) async throws(LabFailure) -> KernelPackage {
        let directory = "\(LabPaths.cache)/linux-image-\(release)"
        let package = KernelPackage(series: series, release: release, directory: directory)
        // Moved into place when it is whole.
        if HostFiles.exists(package.imagePath) { return package }
        let work = try await HostFiles.makeTemporaryDirectory()
        do {
            try await archive.download(parts, into: work)
            try await unpack(in: work)
            // Another run may have been faster: what is there is as good.
            _ = try await HostCommand.run("mv", ["--no-target-directory", "\(work)/tree", directory])
            try await HostFiles.remove(work)
        } catch {
            try await HostFiles.remove(work)
            throw error
        }
        guard HostFiles.exists(package.imagePath) else {
            throw LabFailure("unpack \(parts.joined(separator: ", "))", "there is no \(package.imagePath) in it")
        }
        return package
    }

    private static func unpack(in work: String) async throws(LabFailure) {
        try await HostFiles.makeDirectory("\(work)/tree")
        // Not all modules: they are 400 MB.
        try await HostCommand.succeed(
            "sh",
            [
                // tar's status counts every pattern that no file has, as where a module is built in.
                "-c",
                "cd \"$1\" && shift && for package in ./*.deb; do dpkg-deb --fsys-tarfile \"$package\" > all.tar && "
                    + "{ tar -xf all.tar -C tree --wildcards \"$@\" 2>/dev/null || :; } || exit; done", "sh", work,
            ] + wanted)
    }
}
