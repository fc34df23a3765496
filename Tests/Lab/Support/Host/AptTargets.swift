/// What this host's own apt is configured for.
enum AptTargets {
    /// A line for each index of packages of Debian's own archives.
    ///
    /// - Parameter format: As apt-get(8) takes it for `indextargets`.
    /// - Returns: Lines; none where apt is configured for no archive of Debian's.
    /// - Throws: ``LabFailure`` where there are no lists yet and they cannot be fetched, which needs root.
    static func lines(_ format: String) async throws(LabFailure) -> String {
        let listing = ["indextargets", "--format", format, "Created-By: Packages", "Origin: Debian"]
        let text = try await HostCommand.succeed("apt-get", listing).text
        guard text.isEmpty else { return text }
        // What a source is, apt knows from its lists.
        try await HostCommand.succeed("apt-get", ["update", "--quiet"])
        return try await HostCommand.succeed("apt-get", listing).text
    }
}
