import Drawing
import Exposition
import HostReading
package import LinuxSystem
package import NUMATopology
package import Report
import SchedDomains
import Snapshots

/// `numawatch domains` and `numawatch domains diff`, apart from the parsing of arguments.
package enum DomainsCommand {
    /// How to show the domains.
    package enum Format: String, Sendable, CaseIterable {
        /// Boxes in boxes, each part's view of the groups under it.
        case picture
        /// Every part of every domain, by CPU.
        case tree
        /// One line per domain.
        case table
        /// What the kernel prints with `sched_verbose`.
        case kernel
        /// The picture in shapes, as a file of its own.
        case svg
        case json
    }

    /// What a run produced.
    package struct Output: Sendable {
        /// For standard output.
        package var text: String
        /// For standard error, one line each: what disagrees, what could not be read.
        package var notes: [String]
        /// Whether there is something to show: online CPUs were found; for `diff`, whether the two are the same.
        package var isSuccess: Bool
    }

    /// Shows the domains of a root.
    ///
    /// - Parameters:
    ///   - cpus: The CPUs to show; absent: all.
    ///   - widthLimit: Columns of the terminal, for the picture.
    ///   - statistics: Rates of load balancing to add (`--stats`); see ``BalanceSampling``.
    package static func show(
        _ root: any HostRoot, format: Format, cpus: CPUSet? = nil, widthLimit: Int = 100,
        sampling: BalanceSampling? = nil
    ) -> Output {
        let reading = DomainsReader.read(root)
        let report = DomainReconciliation.reconcile(reading.input, reading.observed)
        let hierarchy = report.hierarchy
        let statistics = sampling?.statistics(hierarchy, listing: cpus ?? [])
        var text: String
        switch format {
        case .picture:
            text = DomainPicture.render(
                hierarchy, machine: reading.input.machine, cpus: cpus, widthLimit: widthLimit)
        case .tree: text = DomainTree.render(hierarchy, cpus: cpus)
        case .table: text = DomainTable.render(hierarchy, cpus: cpus)
        case .kernel:
            text = ""
            KernelDump.render(hierarchy, cpus: cpus) { text += $0 }
        case .svg:
            let picture = DomainsPicture.draw(hierarchy, machine: reading.input.machine, cpus: cpus, id: "domains")
            text = String(decoding: picture.file, as: UTF8.self)
        case .json:
            var answer = DomainsAnswer(report, input: reading.input, cpus: cpus, statistics: statistics)
            answer.housekeeping = reading.housekeeping
            text = String(
                decoding: DomainsAnswer.fields.document(answer, .timeless, isIndented: true), as: UTF8.self)
        }
        if format.isForReaders {
            text += surroundings(reading, hierarchy, root)
            if let statistics { text += BalanceTable.render(statistics) }
        }
        var notes = report.disagreements.map(\.text)
        if let explanation = report.explanation {
            notes.append(explanation)
        }
        notes += reading.input.notes.map(\.text)
        if reading.changedWhileReading {
            notes.append("CPUs went on or off line while reading: run it again")
        }
        // What the notes say the reason of need not be said twice.
        notes += reading.failures.filter { failure in
            hierarchy.online.isEmpty || !failure.isExpected && !reading.isNoted(failure.path)
        }.map { "\($0.path): \($0.reason)" }
        for partition in hierarchy.partitions {
            if let failure = partition.failure {
                notes.append("no domains on CPUs \(hierarchy.spans[partition.span]): \(failure)")
            }
        }
        return Output(text: text, notes: notes, isSuccess: !hierarchy.online.isEmpty)
    }

    /// The domains for the report: the picture, and the same as text.
    package static func content(_ root: any HostRoot) -> ReportPart<DomainsContent> {
        let reading = DomainsReader.read(root)
        let hierarchy = DomainReconciliation.reconcile(reading.input, reading.observed).hierarchy
        guard !hierarchy.online.isEmpty else { return .absent("No online CPU was found.") }
        let machine = reading.input.machine
        return .value(
            DomainsContent(
                picture: DomainsPicture.draw(hierarchy, machine: machine, id: "domains"),
                text: DomainPicture.render(hierarchy, machine: machine, widthLimit: 96)
                    + surroundings(reading, hierarchy, root)))
    }

    /// What else decides where the load balancer puts threads: lines below the domains.
    private static func surroundings(
        _ reading: DomainsReading, _ hierarchy: DomainHierarchy, _ root: any HostRoot
    ) -> String {
        var lines: [String] = []
        if let cacheAware = reading.cacheAware {
            var buffer: [UInt8] = []
            let mode = BalancingControls.read(from: root, buffer: &buffer, withSettings: false).mode
            let meaning = cacheAware.meaning(isBalancing: mode.map { $0 != 0 })
            let effect =
                hierarchy.hasCachesToChoose ? "" : "; no cache of several CPUs is in a wider domain: no effect here"
            lines.append("cache-aware scheduling: \(meaning)\(effect)")
        }
        if let housekeeping = reading.housekeeping, !housekeeping.isEmpty {
            lines.append("the kernel's own work is kept to CPUs \(housekeeping.listText)")
        }
        return lines.isEmpty ? "" : "\n" + lines.map { $0 + "\n" }.joined()
    }

    /// Compares the domains of two roots.
    package static func diff(_ old: any HostRoot, _ new: any HostRoot) -> Output {
        let readings = [old, new].map { DomainsReader.read($0) }
        let sides = readings.map { DomainReconciliation.reconcile($0.input, $0.observed) }
        let difference = DomainDiff(from: sides[0].hierarchy, to: sides[1].hierarchy)
        var notes: [String] = []
        for (name, reading) in zip(["first", "second"], readings) {
            if reading.input.machine.onlineCPUs.isEmpty { notes.append("the \(name) root shows no online CPUs") }
            notes += reading.input.notes.map { "the \(name) root: \($0.text)" }
        }
        let areBothThere = sides.allSatisfy { !$0.hierarchy.online.isEmpty }
        return Output(text: difference.text, notes: notes, isSuccess: difference.isEmpty && areBothThere)
    }
}

extension DomainsCommand.Format {
    /// Whether other lines may follow: not where a program reads it, or the format is another's.
    fileprivate var isForReaders: Bool {
        switch self {
        case .picture, .tree, .table: true
        case .kernel, .svg, .json: false
        }
    }
}
