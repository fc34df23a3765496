/// `/proc/version`: the kernel's banner.
///
/// Sample: `Linux version 6.1.0-53-amd64 (debian-kernel@lists.debian.org) (gcc-12 …) #1 SMP PREEMPT_DYNAMIC Debian
/// 6.1.187-1 (2026-09-07)`. Debian keeps the release text of a series fixed (`6.1.0-…`) and says only here which stable
/// version it was built from.
package struct KernelBanner: Hashable, Sendable {
    /// The third word.
    package var release: KernelRelease
    /// The version behind `Debian`; nil for other kernels.
    package var debianVersion: KernelVersion?
    /// The whole line.
    package var text: String

    /// The best knowledge of the version of the code: Debian's own, else that of the release.
    package var codeVersion: KernelVersion { debianVersion ?? release.version }

    /// Reads the file.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        let line = bytes.trimmed(0..<bytes.count)
        let prefix = "Linux version "
        guard bytes.hasPrefix(prefix, line.lowerBound, line.upperBound) else {
            throw KernelTextError(.version, "banner", at: line.lowerBound, .expectedToken(prefix))
        }
        var offset = line.lowerBound + prefix.utf8.count
        guard let word = bytes.nextWord(&offset, line.upperBound) else {
            throw KernelTextError(.version, "release", at: offset, .unexpectedEnd)
        }
        release = try KernelRelease(parsing: bytes, word)
        text = bytes.text(line)
        // The build number comes before; `(Debian 12.2.0-14)` of the compiler is further left.
        offset = bytes.find(Byte.hash, offset, line.upperBound)
        while let word = bytes.nextWord(&offset, line.upperBound) {
            guard bytes.equals("Debian", word), let version = bytes.nextWord(&offset, line.upperBound) else { continue }
            debianVersion = try? KernelRelease(parsing: bytes, version).version
        }
    }
}
