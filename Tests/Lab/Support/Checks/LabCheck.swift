/// One thing the lab makes sure of on every machine it fits.
///
/// A check has a part inside the guest, shell steps that record, and a part outside, which judges what was recorded. So a
/// judgement can be repeated on kept results, and the guest decides nothing.
package protocol LabCheck: Sendable {
    /// One word, as in the table and in `Only=` of topologies.
    var name: String { get }

    /// What it makes sure of, in a sentence without its full stop.
    var summary: String { get }

    /// What its steps need to run in.
    var system: LabTopology.System { get }

    /// Where its steps can run: those that start our programs need the CPUs these are made for.
    var architectures: Set<LabArchitecture> { get }

    /// Why it cannot be made on a machine of that system; nil where it can.
    func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String?

    /// What is done in the guest. Those of all checks of a guest run one after the other, in the order of
    /// ``CheckCatalogue/all``. A step that several checks ask for (the same name and script) is made once. Names of steps
    /// that are not shared begin with the check's name.
    func steps(for topology: LabTopology) -> [GuestStep]

    /// Judges what the guest left.
    ///
    /// - Returns: What was compared, and what was found wrong.
    /// - Throws: ``LabFailure`` where something the check needs was not recorded: that fails it too.
    func judge(_ result: GuestResult, _ topology: LabTopology) async throws(LabFailure) -> CheckVerdict
}

extension LabCheck {
    package var system: LabTopology.System { .busybox }

    package var architectures: Set<LabArchitecture> { [.amd64] }

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? { nil }
}

/// What a check found.
package struct CheckVerdict: Sendable, Hashable {
    /// What was compared, with figures, for the table: "8 CPUs, 16 domains".
    package var compared: String
    /// A line or more for each thing that is wrong; empty when all is right.
    package var problems: [String]

    package init(compared: String, problems: [String] = []) {
        self.compared = compared
        self.problems = problems
    }

    package var isPassed: Bool { problems.isEmpty }
}
