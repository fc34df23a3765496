/// Reads topology files.
///
/// ```
/// [Machine]
/// Title=Two sockets and a node of memory alone
/// Sockets=2
/// Cores=2
/// [Node]
/// CPUs=0-1
/// Memory=160M
/// [Distances]
/// Row=10 21
/// ```
package enum TopologyFile {
    /// The directory of this checkout's topologies.
    package static let directory = LabPaths.directory + "/Topologies"
    private static let suffix = ".topology"

    /// The names of this checkout's topologies, in order.
    package static var names: [String] {
        HostFiles.names(in: directory).filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    }

    /// Reads one of this checkout's topologies, or any file by a path with a slash.
    ///
    /// - Throws: ``LabFailure`` if there is none, or with the mistake in it.
    package static func load(_ name: String) throws(LabFailure) -> LabTopology {
        let path = name.contains("/") ? name : "\(directory)/\(name)\(suffix)"
        guard HostFiles.exists(path) else {
            throw LabFailure(
                "find the topology \(name)", "there is no \(path)",
                remedy: "there are: \(names.joined(separator: ", "))")
        }
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let text = String(decoding: try HostFiles.read(path), as: UTF8.self)
        do {
            return try parse(
                text, file: path, name: file.hasSuffix(suffix) ? String(file.dropLast(suffix.count)) : file)
        } catch {
            throw LabFailure("use the topology \(name)", "\(error)")
        }
    }

    /// Reads the text of a file.
    package static func parse(_ text: String, file: String, name: String) throws(TopologyProblem) -> LabTopology {
        var reader = TopologyValues(file: file, topology: LabTopology(name: name))
        for section in try TopologySyntax(file: file, text: text).sections {
            try reader.add(section)
        }
        return try reader.finish()
    }
}
