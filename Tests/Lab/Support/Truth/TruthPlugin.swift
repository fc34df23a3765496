/// The emulator's plugin that counts accesses (`Plugin/truth.c`): built where it is used, with the host's compiler.
package struct TruthPlugin: Sendable, Hashable {
    package let path: String

    /// One that is built already.
    package init(path: String) { self.path = path }

    /// Cache lines of each vCPU's filter: 2 MiB.
    private static let lineCount = 32768
    private static let emulator = LabArchitecture.amd64.emulator

    /// Why it cannot be used on this host; nil where it can.
    package static func obstacle() async -> String? {
        guard let compiler = try? await HostCommand.run("gcc", ["--version"]), compiler.status == 0 else {
            return "there is no gcc (scripts/install-packages.sh lab installs it)"
        }
        guard let help = try? await HostCommand.run(emulator, ["--help"]), help.status == 0 else {
            return "there is no \(emulator) (scripts/install-packages.sh lab installs it)"
        }
        return help.text.contains("-plugin ") ? nil : "this \(emulator) has no plugins"
    }

    /// Builds it.
    ///
    /// - Parameter directory: Where it is put.
    /// - Throws: ``LabFailure`` with what the compiler says.
    package static func build(in directory: String) async throws(LabFailure) -> TruthPlugin {
        let path = "\(directory)/numawatch-truth.so"
        let sources = "\(LabPaths.directory)/Plugin"
        try await HostCommand.succeed(
            "gcc",
            [
                "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden",
                "-o", path, "\(sources)/truth.c", "\(sources)/channel.c", "-lpthread",
            ])
        return TruthPlugin(path: path)
    }

    /// What the emulator gets behind `-plugin`.
    ///
    /// - Parameters:
    ///   - table: The file it writes.
    ///   - delay: Turns of a loop that a fill from another node takes.
    package func argument(for topology: LabTopology, table: String, delay: Int) -> String {
        // A plugin sees the place of memory among all memory plus its place in the machine's: both are the sum of the nodes
        // before it, as there is no other memory in front of them. The seed `calibration` shows that it is so.
        var begin = 0
        var begins: [String] = []
        for node in topology.nodes {
            begins.append(String(2 * (begin << 20), radix: 16))
            begin += node.memoryMiB
        }
        let nodes = (0..<topology.cpuCount).map { cpu in
            topology.nodes.firstIndex { $0.cpus.contains(cpu) }.map(String.init) ?? "0"
        }
        return [
            path, "out=\(table)", "nodes=\(begins.joined(separator: ":"))", "cpus=\(nodes.joined(separator: ":"))",
            "lines=\(Self.lineCount)", "delay=\(delay)",
        ].map { $0.replacing(",", with: ",,") }.joined(separator: ",")
    }
}
