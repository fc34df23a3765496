/// What a guest holds beside its kernel: by path in the guest, where it comes from.
package struct GuestFiles: Sendable {
    /// A file of the host, or bytes.
    package enum Source: Sendable, Hashable {
        case host(String)
        case bytes([UInt8], isExecutable: Bool)
    }

    package private(set) var files: [String: Source] = [:]

    package init() {}

    /// Adds a text.
    package mutating func add(_ path: String, text: String, isExecutable: Bool = false) {
        files[path] = .bytes(Array(text.utf8), isExecutable: isExecutable)
    }

    /// Adds a file of the host, executable.
    package mutating func add(_ path: String, host: String) {
        files[path] = .host(host)
    }

    /// Adds a program of the host as `/bin/NAME`, with the libraries it needs at the paths it expects them at.
    ///
    /// - Throws: ``LabFailure`` if it is not there or a library of it is not.
    package mutating func addProgram(_ hostPath: String) async throws(LabFailure) {
        let name = hostPath.split(separator: "/").last.map(String.init) ?? hostPath
        guard HostFiles.exists(hostPath) else {
            throw LabFailure("put \(name) into a guest", "there is no \(hostPath)", remedy: "“make build” makes it")
        }
        add("/bin/\(name)", host: hostPath)
        let listing = try await HostCommand.run("ldd", [hostPath])
        for library in try Self.libraries(listing.text, of: hostPath) { add(library, host: library) }
    }

    /// Adds a library of the host at its own path, with those it needs.
    ///
    /// - Throws: ``LabFailure`` if it is not there.
    package mutating func addLibrary(_ name: String) async throws(LabFailure) {
        let directories = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"]
        guard let path = HostFiles.first(of: directories.map { "\($0)/\(name)" }) else {
            throw LabFailure(
                "put \(name) into a guest", "it is not in \(directories.joined(separator: " or "))",
                remedy: "scripts/install-packages.sh build installs it")
        }
        add(path, host: path)
        let listing = try await HostCommand.run("ldd", [path])
        for library in try Self.libraries(listing.text, of: path) { add(library, host: library) }
    }

    /// The files that ldd(1) says a program needs.
    ///
    /// ```
    ///         linux-vdso.so.1 (0x00007ffd...)
    ///         libnuma.so.1 => /lib/x86_64-linux-gnu/libnuma.so.1 (0x00007f...)
    ///         /lib64/ld-linux-x86-64.so.2 (0x00007f...)
    /// ```
    ///
    /// - Returns: Paths; none for a program that is linked statically.
    /// - Throws: ``LabFailure`` where ldd found no file for a library.
    package static func libraries(_ listing: String, of program: String) throws(LabFailure) -> [String] {
        var paths: [String] = []
        for line in listing.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            if line.contains("=> not found") {
                throw LabFailure("put \(program) into a guest", "its library \(words[0]) is missing")
            }
            if let path = words.first(where: { $0.hasPrefix("/") }) { paths.append(path) }
        }
        return paths
    }
}
