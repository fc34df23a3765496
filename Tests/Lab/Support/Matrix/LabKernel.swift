/// A kernel as the tables have it: a series, on what CPUs.
package struct LabKernel: Sendable, Hashable {
    package var series: KernelSeries
    package var architecture: LabArchitecture

    package init(_ series: KernelSeries, _ architecture: LabArchitecture = .amd64) {
        self.series = series
        self.architecture = architecture
    }

    /// By a release (`6.12.118+deb13-arm64`) or by ``name``.
    package init?(release: String) {
        guard let series = KernelSeries(release: release) else { return nil }
        self.init(series, LabArchitecture(release: release))
    }

    /// In the order of the tables: those our programs run on first, each from the oldest.
    package static let all = LabArchitecture.allCases.flatMap { architecture in
        KernelSeries.allCases.map { LabKernel($0, architecture) }
    }

    package var name: String { architecture.name(of: series) }
}
