import KernelText
package import LinuxSystem
import SystemPackage

extension TraceFileSystem {
    /// Where the kernel mounts it, and what the drop-in of the unit makes writable.
    private static let usualPath = "/sys/kernel/tracing"

    /// Looks it up in the mount table: at its usual place, else where it is mounted first.
    ///
    /// A sandbox that makes single files of it writable mounts these once more, as file systems of the same type; the whole
    /// has the root `/`.
    ///
    /// - Throws: `ENOENT` where none is mounted.
    package static func mounted(on root: any HostRoot) throws(SystemFailure) -> TraceFileSystem {
        let table = "/proc/self/mountinfo"
        let bytes: [UInt8]
        do throws(ReadFailure) {
            bytes = try root.readBytes(table)
        } catch {
            throw SystemFailure("find tracefs in", table, error.errno)
        }
        let mounts: Mounts
        do throws(KernelTextError) {
            mounts = try Mounts(parsingMountinfo: bytes.span)
        } catch {
            throw SystemFailure("find tracefs in", table, .invalidArgument)
        }
        let places = mounts.mounts.filter { $0.fileSystemType == "tracefs" && $0.root == "/" }.map(\.mountPoint)
        guard let path = places.first(where: { $0 == usualPath }) ?? places.first else {
            throw SystemFailure(
                "find", "tracefs", .noSuchFileOrDirectory, remedy: "mount -t tracefs nodev \(usualPath)")
        }
        return TraceFileSystem(at: path)
    }
}
