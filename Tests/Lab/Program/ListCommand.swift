import ArgumentParser
import Lab

/// `numawatch-lab list`: what there is to run.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List topologies and checks.")

    func run() async throws {
        for name in TopologyFile.names {
            let topology = try TopologyFile.load(name)
            let kernels = KernelSeries.allCases.filter { LabCoverage.checks(of: topology, on: $0) != nil }
                .map(\.rawValue).joined(separator: " ")
            print("\(name) (\(kernels)): \(topology.title)")
        }
        print()
        for check in CheckCatalogue.all { print("\(check.name): \(check.summary)") }
    }
}
