/// The programs of guests with their libraries, as the image of a read-only disk (`/dev/vdb`, mounted at `/programs`).
///
/// Not part of the first file system, which lives in the guest's memory: our programs with all symbols and the libraries
/// of libarchive take 170 MB, more than a node of these machines has. From a disk, as on a host, pages are read when
/// they are needed and can be dropped. The form is ext2, which mke2fs fills from a directory without rights or mounts.
package struct ProgramDisk: Sendable {
    package let path: String
    /// Paths in the guest that are links to `/programs` and the same path below it.
    package let files: [String]

    /// Where guests mount it.
    static let mountPoint = "/programs"
    /// What the file system itself needs.
    private static let overheadBytes = 8 << 20

    /// An image that is there already.
    package init(path: String, files: [String]) {
        self.path = path
        self.files = files
    }

    /// Makes the image.
    ///
    /// - Parameters:
    ///   - files: Those that come from the host; others are passed over.
    ///   - directory: Where it is put.
    package init(_ files: GuestFiles, in directory: String) async throws(LabFailure) {
        let tree = "\(directory)/programs"
        var paths: [String] = []
        var copies = ""
        for (guest, source) in files.files.sorted(by: { $0.key < $1.key }) {
            guard case .host(let host) = source else { continue }
            paths.append(guest)
            copies += "install -D -m 755 -- \(Self.quoted(host)) \(Self.quoted(tree + guest))\n"
        }
        path = "\(directory)/programs.ext2"
        self.files = paths
        try await HostFiles.makeDirectory(tree)
        try HostFiles.write(Array(("set -e\n" + copies).utf8), to: "\(directory)/copy.sh")
        try await HostCommand.succeed("sh", ["\(directory)/copy.sh"])
        let size = try await HostCommand.succeed("du", ["--summarize", "--block-size=1", tree]).text
        let bytes = (size.split(separator: "\t").first.flatMap { Int($0) } ?? 0) * 21 / 20 + Self.overheadBytes
        try HostFiles.makeSparse(path, sizeBytes: bytes)
        // mke2fs lies where a user's search path may not lead.
        let program = HostFiles.first(of: ["/usr/sbin/mke2fs", "/sbin/mke2fs"]) ?? "mke2fs"
        try await HostCommand.succeed(program, ["-q", "-F", "-t", "ext2", "-m", "0", "-d", tree, path])
        try await HostFiles.remove(tree)
    }

    private static func quoted(_ path: String) -> String { "'" + path.replacing("'", with: "'\\''") + "'" }
}
