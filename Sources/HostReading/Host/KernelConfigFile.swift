package import KernelText
package import LinuxSystem

/// The build configuration of a host's kernel: the one answer for every command.
///
/// | in this order | where |
/// |---|---|
/// | `/proc/config.gz` | the running kernel's own word, if it was built with `CONFIG_IKCONFIG_PROC` |
/// | `/boot/config-<release>` | Debian, Fedora and others |
/// | `/lib/modules/<release>/config`, `/usr/lib/modules/<release>/config` | Debian from 7.2 on, image-based systems |
package struct KernelConfigFile: Hashable, Sendable {
    package let config: KernelConfig
    /// Where it was found.
    package let path: String

    package static let packedPath = "/proc/config.gz"

    /// Where the configuration of a kernel can be, in the order in which it is looked for.
    package static func paths(of release: String) -> [String] {
        [
            packedPath, "/boot/config-\(release)", "/lib/modules/\(release)/config",
            "/usr/lib/modules/\(release)/config",
        ]
    }

    /// Looks for it. One that cannot be understood is passed over, as is one that the root does not unpack.
    ///
    /// - Parameters:
    ///   - wanted: The options to keep, with their `CONFIG_`.
    ///   - complain: Called with the path of a file that is no configuration, and why.
    /// - Returns: Nil where there is none.
    package static func read(
        _ release: String?, of root: any HostRoot, keeping wanted: Set<String>,
        complain: (_ path: String, _ reason: String) -> Void = { _, _ in }
    ) -> KernelConfigFile? {
        // A release is a name, no path.
        guard let release, !release.contains("/") else { return nil }
        for path in paths(of: release) {
            let bytes: [UInt8]
            do throws(ReadFailure) {
                bytes = try root.readBytes(path)
            } catch {
                if error.kind != .missing, error.kind != .gone {
                    complain(path, error.description(isLive: root.isLive))
                }
                continue
            }
            if isPacked(bytes) { continue }
            do throws(KernelTextError) {
                return KernelConfigFile(
                    config: try KernelConfig(parsing: bytes.span, keeping: wanted), path: path)
            } catch {
                complain(path, error.description)
            }
        }
        return nil
    }

    /// Whether bytes are gzip's (RFC 1952).
    package static func isPacked(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }
}
