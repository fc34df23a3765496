package import KernelText
package import LinuxSystem

/// Which kernel a host runs: the one answer for every command.
///
/// | in this order | says |
/// |---|---|
/// | `/proc/sys/kernel/osrelease` | the release, as `uname -r` prints it |
/// | `/proc/version` | the same release, as its third word |
/// | `/boot/config-<release>`, `/lib/modules/<release>` of a copy that has just one | the release of the kernel that was copied along |
///
/// A live host has the kernels it could boot under `/boot`, so the last row is for copies.
package struct KernelIdentity: Hashable, Sendable {
    /// Absent where nothing tells it.
    package let release: KernelRelease?
    /// Where ``release`` was found.
    package let path: String?
    /// Why `/proc/sys/kernel/osrelease` did not tell it.
    package let failure: SourceFailure?

    package static let releasePath = "/proc/sys/kernel/osrelease"
    package static let bannerPath = "/proc/version"

    /// Looks. Never fails: a kernel that cannot be told is absent.
    package init(of root: any HostRoot) {
        do throws(SourceFailure) {
            release = try root.parse(Self.releasePath) { bytes throws(KernelTextError) in
                try KernelRelease(parsing: bytes)
            }
            path = Self.releasePath
            failure = nil
            return
        } catch {
            failure = error
        }
        let banner = try? root.parse(Self.bannerPath) { bytes throws(KernelTextError) in
            try KernelBanner(parsing: bytes)
        }
        if let banner {
            release = banner.release
            path = Self.bannerPath
        } else if let (copied, place) = Self.copied(root) {
            release = copied
            path = place
        } else {
            release = nil
            path = nil
        }
    }

    /// The kernel whose files a copy holds, if they are of one kernel only.
    private static func copied(_ root: any HostRoot) -> (KernelRelease, String)? {
        guard !root.isLive else { return nil }
        for (directory, prefix) in [("/boot", "config-"), ("/lib/modules", ""), ("/usr/lib/modules", "")] {
            let found = ((try? root.list(directory)) ?? []).filter { $0.hasPrefix(prefix) }.compactMap { name in
                let text = Array(name.dropFirst(prefix.count).utf8)
                return (try? KernelRelease(parsing: text.span)).map { ($0, "\(directory)/\(name)") }
            }
            if found.count == 1 { return found[0] }
        }
        return nil
    }

    /// The release's text, as `uname -r` prints it.
    package var text: String? { release?.text }
}
