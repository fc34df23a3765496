/// What is installed in a guest with systemd, as files of the programs' disk.
///
/// | path | what |
/// | --- | --- |
/// | `/stage.tar` | what `make install DESTDIR=…` stages |
/// | `/source.tar` | the files of the repository that an administrator reads or runs |
/// | `/debs/….deb` | the packages that only tracing needs: group `runtime-tracing` |
package enum InstalledFiles {
    /// Whether a path in the guest is one of these.
    package static func has(_ path: String) -> Bool {
        ["/stage.tar", "/source.tar"].contains(path) || path.hasPrefix("/debs/")
    }

    private static let sources = ["README.md", "config", "docs", "scripts", "systemd"]

    /// - Parameters:
    ///   - binaries: The release programs.
    ///   - staging: A directory for what is packed; it has to last until the disk is made.
    package static func add(
        to files: inout GuestFiles, binaries: String, staging: String
    ) async throws(LabFailure) {
        let repository = PackageTable.repository
        try await HostFiles.makeDirectories(["\(staging)/stage", "\(staging)/debs"])
        // "make install" calls this very script with the programs it has built.
        try await HostCommand.succeed(
            "\(repository)/scripts/install.sh", ["install", binaries, "\(staging)/stage", "/usr"])
        for (archive, directory, members) in [
            ("stage.tar", "\(staging)/stage", ["."]), ("source.tar", repository, sources),
        ] {
            try await HostCommand.succeed(
                "tar",
                ["--owner=root", "--group=root", "-C", directory, "-cf", "\(staging)/\(archive)"] + members)
            files.add("/\(archive)", host: "\(staging)/\(archive)")
        }
        // apt-get gives up its rights before it downloads.
        try await HostCommand.succeed("chmod", ["0777", staging, "\(staging)/debs"])
        let names = try PackageTable.names(in: ["runtime-tracing"])
        try await HostCommand.succeed(
            "sh", ["-c", "cd \"$1\" && shift && apt-get download --quiet \"$@\"", "sh", "\(staging)/debs"] + names)
        for name in HostFiles.names(in: "\(staging)/debs") where name.hasSuffix(".deb") {
            files.add("/debs/\(name)", host: "\(staging)/debs/\(name)")
        }
    }
}
