/// The programs of guests with their libraries, as the image of a read-only disk (`/dev/vdb`, mounted at `/programs`).
///
/// Not part of the first file system, which lives in the guest's memory: our programs with all symbols and the libraries
/// of libarchive take 170 MB, more than a node of these machines has. From a disk, as on a host, pages are read when
/// they are needed and can be dropped. The form is ext2, which mke2fs fills from a directory without rights or mounts.
package struct ProgramDisk: Sendable {
    package let path: String
    /// Paths in the guest that are links to `/programs` and the same path below it.
    package let files: [String]
    /// The files of the host by those paths.
    private let sources: [String: String]

    /// Where guests mount it.
    static let mountPoint = "/programs"
    /// What the file system itself needs, beside an eighth of what is in it: below 512 MiB it has an inode of 256 bytes for
    /// each 4 KiB, and with blocks of 1 KiB many that hold the numbers of others. The image is sparse.
    private static let overheadBytes = 8 << 20

    /// An image that is there already.
    package init(path: String, files: [String]) {
        self.path = path
        self.files = files
        sources = [:]
    }

    /// Makes the image.
    ///
    /// - Parameters:
    ///   - files: Those that come from the host; others are passed over.
    ///   - directory: Where it is put.
    package init(_ files: GuestFiles, in directory: String) async throws(LabFailure) {
        let tree = "\(directory)/programs"
        var sources: [String: String] = [:]
        var copies = ""
        for (guest, source) in files.files.sorted(by: { $0.key < $1.key }) {
            guard case .host(let host) = source else { continue }
            sources[guest] = host
            copies += "install -D -m 755 -- \(Self.quoted(host)) \(Self.quoted(tree + guest))\n"
        }
        path = "\(directory)/programs.ext2"
        self.files = sources.keys.sorted()
        self.sources = sources
        try await HostFiles.makeDirectory(tree)
        try HostFiles.write(Array(("set -e\n" + copies).utf8), to: "\(directory)/copy.sh")
        try await HostCommand.succeed("sh", ["\(directory)/copy.sh"])
        let size = try await HostCommand.succeed("du", ["--summarize", "--block-size=1", tree]).text
        let bytes = (size.split(separator: "\t").first.flatMap { Int($0) } ?? 0) * 9 / 8 + Self.overheadBytes
        try HostFiles.makeSparse(path, sizeBytes: bytes)
        // mke2fs lies where a user's search path may not lead.
        let program = HostFiles.first(of: ["/usr/sbin/mke2fs", "/sbin/mke2fs"]) ?? "mke2fs"
        try await HostCommand.succeed(program, ["-q", "-F", "-t", "ext2", "-m", "0", "-d", tree, path])
        try await HostFiles.remove(tree)
    }

    /// The same files as a cpio archive, without what only debuggers read, for guests that have no disk: they are a part of
    /// their first file system, which the kernel unpacks from one archive after the other. Made when it is first asked for.
    package func packed() async throws(LabFailure) -> [UInt8] {
        let packed = path + ".cpio"
        if HostFiles.exists(packed) { return try HostFiles.read(packed) }
        let work = try await HostFiles.makeTemporaryDirectory()
        do {
            var archive = CPIOArchive()
            // A userland to install something in needs a disk.
            for (guest, host) in sources.sorted(by: { $0.key < $1.key }) where !InstalledFiles.has(guest) {
                // What is no program or library is taken as it is.
                let stripped = "\(work)/stripped"
                let strip = try await HostCommand.run("strip", ["-o", stripped, host])
                let bytes = try HostFiles.read(strip.status == 0 ? stripped : host)
                archive.add(guest, .file(bytes, isExecutable: true))
            }
            let bytes = archive.finished()
            try HostFiles.write(bytes, to: "\(work)/packed")
            // Two guests may begin at the same time.
            try await HostCommand.succeed("mv", ["\(work)/packed", packed])
            try await HostFiles.remove(work)
            return bytes
        } catch {
            try await HostFiles.remove(work)
            throw error
        }
    }

    private static func quoted(_ path: String) -> String { "'" + path.replacing("'", with: "'\\''") + "'" }
}
