/// The user space of a guest: a busybox that needs no library.
enum Busybox {
    /// Reads it: the host's own, or the archive's for other CPUs.
    ///
    /// - Throws: ``LabFailure`` if there is none.
    static func bytes(for architecture: LabArchitecture) async throws(LabFailure) -> [UInt8] {
        try HostFiles.read(architecture.runsPrograms ? try await hostPath() : try await foreignPath(architecture))
    }

    /// Debian has one of two packages' at the same path.
    private static func hostPath() async throws(LabFailure) -> String {
        let remedy = "install the package busybox-static (scripts/install-packages.sh lab)"
        guard let path = HostFiles.first(of: ["/usr/bin/busybox", "/bin/busybox"]) else {
            throw LabFailure("make a guest", "there is no busybox", remedy: remedy)
        }
        let links = try await HostCommand.run("ldd", [path])
        guard try GuestFiles.libraries(links.text, of: path).isEmpty else {
            throw LabFailure("make a guest", "\(path) is linked dynamically", remedy: remedy)
        }
        return path
    }

    /// Downloaded if the cache has it not, and unpacked; nothing is installed.
    private static func foreignPath(_ architecture: LabArchitecture) async throws(LabFailure) -> String {
        let directory = "\(LabPaths.cache)/busybox-\(architecture.rawValue)"
        // Below /usr from Debian 13 on.
        let paths = ["\(directory)/usr/bin/busybox", "\(directory)/bin/busybox"]
        if let path = HostFiles.first(of: paths) { return path }
        let archive = try await KernelArchive.open(architecture)
        let work = try await HostFiles.makeTemporaryDirectory()
        do {
            try await archive.download(["busybox-static"], into: work)
            try await HostCommand.succeed("sh", ["-c", "cd \"$1\" && dpkg-deb -x ./*.deb tree", "sh", work])
            // Another guest may have been faster: what is there is as good.
            _ = try await HostCommand.run("mv", ["--no-target-directory", "\(work)/tree", directory])
            try await HostFiles.remove(work)
        } catch {
            try await HostFiles.remove(work)
            throw error
        }
        guard let path = HostFiles.first(of: paths) else {
            throw LabFailure("make a guest", "there is no busybox in busybox-static of \(architecture.rawValue)")
        }
        return path
    }
}
