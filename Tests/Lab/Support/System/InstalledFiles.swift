/// What is installed in a guest with systemd, as files of the programs' disk.
///
/// | path | what |
/// | --- | --- |
/// | `/stage.tar` | what `make install DESTDIR=…` stages |
/// | `/source.tar` | the files of the repository that an administrator reads or runs |
/// | `/debs/….deb` | the packages that only tracing needs: group `runtime-tracing` |
/// | `/package/old.deb`, `/package/new.deb` | numawatch as a Debian package, and the same with a newer version |
/// | `/bin/prometheus` | Debian's Prometheus, where `NUMAWATCH_PROMTOOL` names its promtool; it is not installed |
package enum InstalledFiles {
    /// Whether a path in the guest is one of these.
    package static func has(_ path: String) -> Bool {
        ["/bin/prometheus", "/stage.tar", "/source.tar"].contains(path) || path.hasPrefix("/debs/")
            || path.hasPrefix("/package/")
    }

    private static let sources = [
        "CHANGELOG.md", "README.md", "config", "docs", "monitoring", "packaging", "scripts", "systemd",
    ]

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
        try await addPackage(to: &files, binaries: binaries, staging: staging)
        // They lie side by side.
        if let promtool = LabPaths.environment("NUMAWATCH_PROMTOOL"), promtool.hasSuffix("/promtool") {
            try await files.addProgram(promtool.dropLast("promtool".count) + "prometheus")
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

    /// The package, and one that is newer and whose shipped configuration has changed.
    private static func addPackage(
        to files: inout GuestFiles, binaries: String, staging: String
    ) async throws(LabFailure) {
        let directory = "\(staging)/package"
        // As little compression as there is: a guest has to undo it.
        try await HostCommand.succeed(
            "sh",
            [
                "-euc",
                """
                "$1/scripts/package-deb.sh" "$2" "$3" 0
                mv "$3"/numawatch_*.deb "$3/old.deb"
                dpkg-deb --raw-extract "$3/old.deb" "$3/tree"
                sed -i 's/^Version: .*/&+newer/' "$3/tree/DEBIAN/control"
                echo '# newer' >>"$3/tree/etc/numawatch/numawatchd.conf"
                dpkg-deb --root-owner-group -Zxz -z0 --build "$3/tree" "$3/new.deb"
                """, "sh", PackageTable.repository, binaries, directory,
            ])
        for name in ["old.deb", "new.deb"] { files.add("/package/\(name)", host: "\(directory)/\(name)") }
    }
}
