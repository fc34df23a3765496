/// The tables of other documents that are made of `docs/lab.md`.
///
/// | document | what is put between its marks |
/// | --- | --- |
/// | `README.md` | the kernels that are supported |
/// | `docs/model.md` | how far the balancing model agreed on each |
package struct KernelTables: Sendable {
    private let document: LabDocument

    package init(_ document: LabDocument) {
        self.document = document
    }

    /// Paths in the repository, each with what is between the marks in it.
    package var blocks: [(path: String, text: String)] {
        [("README.md", supported), ("docs/model.md", agreement)]
    }

    private static let begin = "<!-- from docs/lab.md; make lab writes it -->\n"
    private static let end = "<!-- end -->\n"

    /// Puts a block between the marks of a text.
    ///
    /// - Throws: ``LabFailure`` if it has none.
    package static func replacing(_ text: String, with block: String) throws(LabFailure) -> String {
        guard let begin = text.firstRange(of: begin),
            let end = text[begin.upperBound...].firstRange(of: end)
        else { throw LabFailure("put a table into a document", "it has no lines “\(Self.begin)” and “\(Self.end)”") }
        return text[..<begin.upperBound] + block + text[end.lowerBound...]
    }

    /// Writes them into the repository's documents.
    package func write() throws(LabFailure) {
        for block in blocks {
            let path = "\(PackageTable.repository)/\(block.path)"
            let text = String(decoding: try HostFiles.read(path), as: UTF8.self)
            try HostFiles.write(Array(try Self.replacing(text, with: block.text).utf8), to: path)
        }
    }

    // MARK: Tables

    /// Kernels with what was compared on them.
    package var supported: String {
        var text = """
            | kernel | domains: CPUs compared, on machines | decisions of the balancing model, right | checks made |
            | --- | --- | --- | --- |

            """
        for kernel in LabKernel.all {
            let lines = document.lines.filter { $0.source == kernel }
            guard let release = lines.first(where: { $0.kernel != kernel.name })?.kernel else { continue }
            let domains = lines.filter { $0.check == "domains" }
            // ok: 8 CPUs, 16 domains, 1 partition
            let cpus = domains.compactMap { line in
                line.isPassed ? line.result.split(separator: " ").dropFirst().first.flatMap { Int($0) } : nil
            }
            let scores = agreements(on: kernel).map(\.shadow.decisions)
            let right = scores.reduce(0) { $0 + $1.right }
            let total = scores.reduce(0) { $0 + $1.total }
            let failed = lines.count(where: \.isFailed)
            text +=
                "| \(release) | \(cpus.reduce(0, +)) on \(cpus.count)"
                + (cpus.count == domains.count ? "" : " of \(domains.count)")
                + " | \(total == 0 ? "" : "\(right) of \(total)")"
                + " | \(Set(lines.map(\.check)).subtracting(["boot"]).count)\(failed == 0 ? "" : ", \(failed) failed") |\n"
        }
        return text
    }

    /// Kernels with the agreement of both drives.
    package var agreement: String {
        var text = """
            | kernel | drive | decisions | remote | marks |
            | --- | --- | --- | --- | --- |

            """
        for kernel in LabKernel.all {
            let release = document.lines.first { $0.source == kernel && $0.check == "replay" }?.kernel
            for agreement in agreements(on: kernel) {
                for (drive, scores) in [("shadow", agreement.shadow), ("blind", agreement.blind)] {
                    let cells = scores.all.map { "\($0)" }.joined(separator: " | ")
                    text += "| \(release ?? kernel.name) | \(drive) | \(cells) |\n"
                }
            }
        }
        return text
    }

    private func agreements(on kernel: LabKernel) -> [ReplayAgreement] {
        document.lines.compactMap { line in
            guard line.source == kernel, line.check == "replay", line.isPassed else { return nil }
            return ReplayAgreement(parsing: String(line.result.dropFirst("ok: ".count)))
        }
    }
}
