/// Debian's own userland with systemd as the first process: what a machine is on which somebody installs numawatch.
///
/// It has the packages of the groups `userland` and `runtime` of `scripts/packages.txt` and what these depend on, and nothing
/// else, so that a library the README does not name is missing. mmdebstrap(1) makes it from the archive that this host's
/// apt is configured for. It is kept in the cache until its packages change; guests write to a copy of their own.
package struct Userland: Sendable, Hashable {
    /// A disk with an ext4 file system.
    package var path: String

    package init(path: String) {
        self.path = path
    }

    private static let suite = "bookworm"
    /// Room for what is installed and written; takes none on the host until it is used.
    private static let sizeBytes = 2 << 30

    /// Grows with what is done to it beside its packages, so that an older one is not taken.
    private static let revision = 2

    /// What it is made of.
    package static func packages() throws(LabFailure) -> [String] {
        try PackageTable.names(in: ["userland", "runtime"])
    }

    /// Finds it in the cache, or makes it.
    ///
    /// - Throws: ``LabFailure`` if the archive cannot be reached.
    package static func fetch() async throws(LabFailure) -> Userland {
        let packages = try packages()
        let userland = Userland(
            path: "\(LabPaths.cache)/\(suite)-\(revision)-\(PackageTable.fingerprint(packages)).ext4")
        // Moved into place when it is whole.
        if HostFiles.exists(userland.path) { return userland }
        try await HostFiles.makeDirectory(LabPaths.cache)
        let work = try await HostFiles.makeTemporaryDirectory()
        do {
            try await make(packages, in: work)
            // Another run may have been faster: what is there is as good.
            _ = try await HostCommand.run("mv", ["--no-clobber", "\(work)/disk", userland.path])
            try await HostFiles.remove(work)
        } catch {
            try await HostFiles.remove(work)
            throw error
        }
        return userland
    }

    /// Debian's archives that apt is configured for, as lines of a sources.list.
    private static func sources() async throws(LabFailure) -> String {
        let text = try await AptTargets.lines("deb $(REPO_URI) $(RELEASE) $(COMPONENT)")
        guard text.contains(" \(suite) ") else {
            throw LabFailure(
                "make Debian's userland", "apt is not configured for \(suite) of Debian",
                remedy: "add Debian 12's bookworm to apt's sources")
        }
        return text
    }

    private static func make(_ packages: [String], in work: String) async throws(LabFailure) {
        try HostFiles.write(Array(try await sources().utf8), to: "\(work)/sources.list")
        try HostFiles.makeSparse("\(work)/disk", sizeBytes: sizeBytes)
        let mke2fs = HostFiles.first(of: ["/usr/sbin/mke2fs", "/sbin/mke2fs"]) ?? "mke2fs"
        // Within mmdebstrap's own namespace, where the files have their owners also for one who is not root; without what
        // is mounted there, and without what keeps services from starting while it works.
        let hook = """
            set -e
            rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*
            mkdir "\(work)/tree"
            tar --one-file-system -C "$1" -cf - . | tar -C "\(work)/tree" -xpf -
            rm -f "\(work)/tree/usr/sbin/policy-rc.d"
            starter="\(work)/tree/usr/sbin/start-stop-daemon"
            if [ -e "$starter.REAL" ]; then mv "$starter.REAL" "$starter"; fi
            \(mke2fs) -q -F -t ext4 -m 0 -d "\(work)/tree" "\(work)/disk"
            rm -rf "\(work)/tree"
            """
        try await HostCommand.succeed(
            "mmdebstrap",
            [
                "--quiet", "--variant=essential", "--include=\(packages.joined(separator: ","))", "--format=null",
                "--customize-hook=\(hook)", suite, "-", "\(work)/sources.list",
            ])
    }
}
