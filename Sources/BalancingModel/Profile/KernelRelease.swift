/// The version at the front of a kernel release (`uname -r`, `/proc/sys/kernel/osrelease`): `6.12.107+deb12-amd64` is
/// 6.12.107.
package struct KernelRelease: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    /// The stable release; 0 where the text names none.
    package var patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// The version a release text begins with; nothing unless at least `MAJOR.MINOR` is there.
    ///
    /// Distributions number their packages, not the stable tree, after the first dash (`6.1.0-53-amd64`): what follows the
    /// third number is not looked at, and such a release reads as 6.1.0.
    package init?(parsing text: some StringProtocol) {
        var numbers: [Int] = []
        var current: Int?
        for byte in text.utf8 {
            if byte >= 0x30, byte <= 0x39 {
                let (product, didOverflow) = (current ?? 0).multipliedReportingOverflow(by: 10)
                guard !didOverflow, product < 1_000_000 else { return nil }
                current = product + Int(byte - 0x30)
            } else {
                guard let number = current else { break }
                numbers.append(number)
                current = nil
                guard byte == 0x2e, numbers.count < 3 else { break }
            }
        }
        if let current, numbers.count < 3 { numbers.append(current) }
        guard numbers.count >= 2 else { return nil }
        self.init(numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : 0)
    }

    package static func < (left: KernelRelease, right: KernelRelease) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    package var description: String { "\(major).\(minor).\(patch)" }

    /// Whether this is a stable release of one branch at or past a patch.
    func isBranch(_ major: Int, _ minor: Int, atLeast patch: Int) -> Bool {
        self.major == major && self.minor == minor && self.patch >= patch
    }
}
