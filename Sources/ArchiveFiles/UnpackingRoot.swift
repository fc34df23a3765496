package import LinuxSystem

/// A root in which `/proc/config.gz`, the one file of the kernel's that is packed, reads as what is packed in it.
///
/// For commands: the daemon has no use for what it takes to unpack it.
package struct UnpackingRoot: HostRoot {
    private let root: any HostRoot

    private static let suffix = ".gz"

    package init(_ root: any HostRoot) {
        self.root = root
    }

    package var isLive: Bool { root.isLive }
    package var patience: Patience? { root.patience }

    package func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        try root.read(path, into: &buffer, limitBytes: limitBytes)
        guard path.hasPrefix("/proc/"), path.hasSuffix(Self.suffix) else { return }
        // What cannot be unpacked stays as it is: whoever reads it says so.
        guard let unpacked = try? GzipSource.unpacked(buffer, path: path, limitBytes: limitBytes) else { return }
        buffer = unpacked
    }

    package func processRunNanoseconds(_ pid: Int32) -> UInt64? { root.processRunNanoseconds(pid) }

    package func list(_ directory: String) throws(ReadFailure) -> [String] { try root.list(directory) }

    package func linkTarget(_ path: String) throws(ReadFailure) -> String { try root.linkTarget(path) }

    package func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory { try root.openDirectory(path) }
}
