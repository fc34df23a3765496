/// What a guest's CPUs are.
package enum LabArchitecture: String, Sendable, Hashable, CaseIterable {
    /// The host's own: our programs run in these guests.
    case amd64
    /// Our programs do not run there: what its kernel shows is copied by the guest's shell, and read on the host.
    case arm64

    /// That of a kernel by its release (`6.12.118+deb13-arm64`), or by the name of ``name(of:)``.
    package init(release: String) {
        self = Self.allCases.first { release.hasSuffix("-\($0.rawValue)") } ?? .amd64
    }

    /// Whether our programs run in the guest.
    package var runsPrograms: Bool { self == .amd64 }

    /// A series where no release of it is known: `6.12`, `6.12-arm64`.
    package func name(of series: KernelSeries) -> String {
        runsPrograms ? series.rawValue : "\(series.rawValue)-\(rawValue)"
    }

    /// QEMU's program.
    package var emulator: String {
        switch self {
        case .amd64: "qemu-system-x86_64"
        case .arm64: "qemu-system-aarch64"
        }
    }

    /// QEMU's machine. An interrupt controller of version 2 would serve eight CPUs.
    package var machine: String {
        switch self {
        case .amd64: "q35"
        case .arm64: "virt,gic-version=3"
        }
    }

    /// The device of the first serial line.
    package var console: String {
        switch self {
        case .amd64: "ttyS0"
        case .arm64: "ttyAMA0"
        }
    }
}
