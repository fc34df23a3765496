/// Debian's archive for an architecture, all its suites that have kernels, beside what this host's own apt is configured for.
///
/// A configuration of apt in the lab's own directory: sources, lists and cache lie there, nothing of the host's is
/// changed and nothing is installed. The mirror is the host's, the key that of Debian.
package struct KernelArchive: Sendable {
    /// The suites of one mirror: newer ones than the host's own are only looked into, never installed from.
    package struct Source: Sendable, Hashable {
        /// As the Release file calls the archive.
        package var label: String
        package var suites: [String]

        package init(label: String, suites: [String]) {
            self.label = label
            self.suites = suites
        }
    }

    /// Where kernels from 5.10 on are. A suite that is no longer there is passed over.
    package static let sources = [
        Source(
            label: "Debian",
            suites: ["bookworm", "bookworm-backports", "trixie", "trixie-backports", "forky", "sid", "experimental"]),
        Source(label: "Debian-Security", suites: ["bullseye-security", "bookworm-security", "trixie-security"]),
    ]

    private static let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

    /// The names of a kernel's packages: one holds all of it up to 6.18, four do from 6.19 on, of which the first is empty.
    package static func parts(of release: String, in names: Set<String>) -> [String] {
        let split = ["binary", "base", "modules"].map { "linux-\($0)-\(release)" }
        return names.contains(split[0]) ? split.filter(names.contains) : ["linux-image-\(release)"]
    }

    package let architecture: LabArchitecture
    private let directory: String
    private var configuration: String { "\(directory)/apt.conf" }

    /// Writes the configuration, and fetches the lists if there are none.
    ///
    /// - Throws: ``LabFailure`` if this host has no source of Debian's.
    package static func open(_ architecture: LabArchitecture = .amd64) async throws(LabFailure) -> KernelArchive {
        let name = architecture.runsPrograms ? "apt" : "apt-\(architecture.rawValue)"
        let archive = KernelArchive(architecture: architecture, directory: "\(LabPaths.cache)/\(name)")
        try await HostFiles.makeDirectories([
            "\(archive.directory)/lists/partial", "\(archive.directory)/cache/archives/partial",
        ])
        guard HostFiles.exists(keyring) else {
            throw LabFailure(
                "find kernels", "there is no \(keyring)", remedy: "install the package debian-archive-keyring")
        }
        let mirrors = try await hostMirrors()
        try put(sourcesText(mirrors), at: "\(archive.directory)/debian.sources")
        try put("", at: "\(archive.directory)/status")
        try put(configurationText(archive.directory, architecture), at: archive.configuration)
        if !HostFiles.names(in: "\(archive.directory)/lists").contains(where: { $0.contains("Packages") }) {
            await archive.update()
        }
        return archive
    }

    /// Writes a file that says something else: apt's index of the lists is out of date when the packages' status is newer.
    private static func put(_ text: String, at path: String) throws(LabFailure) {
        let bytes = Array(text.utf8)
        if HostFiles.exists(path), try HostFiles.read(path) == bytes { return }
        try HostFiles.write(bytes, to: path)
    }

    /// Fetches the lists anew. A suite that cannot be had is told by what is then missing.
    package func update() async {
        _ = try? await HostCommand.run("apt-get", ["-c", configuration, "update", "--quiet"])
    }

    /// The names of all packages that begin with a text.
    package func names(_ prefix: String) async throws(LabFailure) -> Set<String> {
        let result = try await HostCommand.run("apt-cache", ["-c", configuration, "pkgnames", prefix])
        return Set(result.text.split(separator: "\n").map(String.init))
    }

    /// Downloads packages into a directory.
    ///
    /// - Throws: ``LabFailure`` where one cannot be had.
    package func download(_ packages: [String], into directory: String) async throws(LabFailure) {
        try await HostCommand.succeed(
            "sh",
            [
                "-c", "cd \"$1\" && config=$2 && shift 2 && apt-get -c \"$config\" download --quiet \"$@\"", "sh",
                directory, configuration,
            ] + packages)
    }

    // MARK: Configuration

    /// The mirrors that this host's apt fetches Debian from, by the archive's label.
    private static func hostMirrors() async throws(LabFailure) -> [String: String] {
        let mirrors = mirrors(try await AptTargets.lines("$(ORIGIN) $(LABEL) $(REPO_URI)"))
        guard mirrors["Debian"] != nil else {
            throw LabFailure("find kernels", "apt's sources have no archive of Debian's")
        }
        return mirrors
    }

    /// The mirror of each label of Debian's own, from lines of origin, label and address; the first of several.
    package static func mirrors(_ text: String) -> [String: String] {
        var mirrors: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, words[0] == "Debian", mirrors[words[1]] == nil else { continue }
            mirrors[words[1]] = words[2]
        }
        return mirrors
    }

    /// apt's sources (sources.list(5)) for the mirrors there are.
    package static func sourcesText(_ mirrors: [String: String]) -> String {
        sources.compactMap { source in
            mirrors[source.label].map { mirror in
                """
                Types: deb
                URIs: \(mirror)
                Suites: \(source.suites.joined(separator: " "))
                Components: main
                Signed-By: \(keyring)

                """
            }
        }.joined(separator: "\n")
    }

    /// What apt.conf(5) of the host says otherwise. Proxies and the like stay as they are. The index of the lists is kept, which
    /// images of Debian for containers switch off: to make it takes five seconds of CPU time, and each guest asks.
    private static func configurationText(_ directory: String, _ architecture: LabArchitecture) -> String {
        """
        Dir::Etc::sourcelist "\(directory)/debian.sources";
        Dir::Etc::sourceparts "/dev/null";
        Dir::State::lists "\(directory)/lists";
        Dir::State::status "\(directory)/status";
        Dir::Cache "\(directory)/cache";
        Dir::Cache::pkgcache "pkgcache.bin";
        APT::Architecture "\(architecture.rawValue)";
        #clear APT::Architectures;
        APT::Architectures { "\(architecture.rawValue)"; };
        APT::Default-Release "";
        APT::Sandbox::User "root";
        Acquire::Languages "none";
        #clear APT::Update::Post-Invoke;
        #clear APT::Update::Post-Invoke-Success;

        """
    }
}
