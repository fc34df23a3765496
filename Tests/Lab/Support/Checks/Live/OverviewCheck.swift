import FixtureSupport

/// Whether the first screen of `numawatch top` names what is wrong, to somebody who reads nothing else.
///
/// Six faults, one after the other, each in a control group of its own; before them a process with which nothing is wrong. Read is
/// the text of the screens: the letters behind the group, or those of the host.
package struct OverviewCheck: LabCheck {
    package let name = "overview"
    package let summary = "the first screen of numawatch top names each of six faults, and none where there is none"

    package init() {}

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        DaemonSteps.balancingObstacle(on: topology)
    }

    /// Something to see, and the letter that names it.
    struct Fault: Sendable {
        var name: String
        /// Nil: nothing is wrong.
        var letter: Character?
        /// Whether it is one of the host, and not of the group.
        var isHosts = false
        /// The workload and its words, for the guest's shell.
        var workload: String
    }

    static let faults = [
        Fault(name: "right", letter: nil, workload: "seed right rounds=1000000 windows=1"),
        Fault(name: "pingpong", letter: "P", workload: "seed pingpong rounds=1000000 windows=1"),
        Fault(name: "moves", letter: "T", workload: "moves count=1 mib=8 period_ms=700 memory_node=0"),
        Fault(name: "bound", letter: "B", workload: "seed bound rounds=1000000 windows=1"),
        Fault(name: "disjoint", letter: "C", workload: "seed private rounds=1000000 windows=1"),
        Fault(name: "pinned", letter: "K", workload: "seed pinned rounds=1000000 windows=1"),
        Fault(
            name: "full", letter: "F", isHosts: true,
            workload: "policy policy=preferred nodes=0 mib=$(filling_mebibytes)"),
    ]

    private static let functions = ". /lab/daemon.sh; . /lab/overview.sh; "
    /// Of a fault, by the guest's clock; what is right is watched for a third of that.
    private static let seconds = 150

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [GuestStep("overview-start", deadlineSeconds: 150, Self.functions + "start_overview")]
            + Self.faults.map { fault in
                let seconds = fault.letter == nil ? Self.seconds / 3 : Self.seconds
                return GuestStep(
                    "overview-\(fault.name)", deadlineSeconds: seconds + 150,
                    Self.functions
                        + "watch_fault \(fault.name) '\(Self.pattern(of: fault))' \(seconds) \(fault.workload)")
            }
    }

    /// A basic regular expression of the line that names it.
    private static func pattern(of fault: Fault) -> String {
        guard let letter = fault.letter else { return "" }
        return fault.isHosts ? " why [A-Z]*\(letter)" : "\(fault.name)\\.service .* [A-Z]*\(letter)[A-Z]* *$"
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        var problems: [String] = []
        var named = 0
        var screens = 0
        for fault in Self.faults {
            let directory = "overview/\(fault.name)"
            let taken = HostFiles.names(in: "\(result.directory)/files/\(directory)").sorted()
            screens += taken.count
            guard let last = taken.last, let bytes = result.file("\(directory)/\(last)") else {
                let step = result.step("overview-\(fault.name)")?.summary ?? "its step did not run"
                problems.append("\(fault.name): there is no screen: \(step)")
                continue
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let screen = OverviewScreen(text)
            guard let letters = fault.isHosts ? screen.hostLetters : screen.groupLetters["\(fault.name).service"] else {
                problems.append("\(fault.name): \(last) has no line of it:\n\(text)")
                continue
            }
            let others = screen.groupLetters.filter { $0.key != "\(fault.name).service" && !$0.value.isEmpty }
            if let letter = fault.letter {
                if letters.contains(letter) {
                    named += 1
                } else {
                    problems.append("\(fault.name): the last screen says “\(letters)”, not \(letter):\n\(text)")
                }
            } else if !letters.isEmpty {
                problems.append("\(fault.name): nothing is wrong, and the last screen says “\(letters)”:\n\(text)")
            }
            // What is not known yet of others is no accusation.
            for (group, letters) in others where letters != "N" {
                problems.append("\(fault.name): \(group) is said to have “\(letters)”, too:\n\(text)")
            }
        }
        let faults = Self.faults.count { $0.letter != nil }
        return CheckVerdict(compared: "\(named) of \(faults) faults named, \(screens) screens", problems: problems)
    }
}

/// What a person reads off the overview: letters, by group, and of the host.
struct OverviewScreen {
    /// Behind “why” of the host's line; empty where it has none, nil where there is no such line.
    let hostLetters: String?
    /// Of the groups that have a line.
    let groupLetters: [String: String]

    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
        var hostLetters: String?
        var groupLetters: [String: String] = [:]
        var column: Int?
        for line in lines {
            let string = String(line)
            if string.hasPrefix("balancing ") {
                hostLetters =
                    string.firstRange(of: " why ").map { range in
                        String(string[range.upperBound...].prefix { $0.isUppercase })
                    } ?? ""
            } else if string.hasPrefix(" GROUP"), let range = string.firstRange(of: " WHY") {
                column = string.distance(from: string.startIndex, to: range.lowerBound) + 1
            } else if string.hasPrefix("---") {
                column = nil
            } else if let column, line.count > 1, let name = string.dropFirst().split(separator: " ").first {
                groupLetters[String(name)] = line.count > column ? String(line[column...].filter(\.isUppercase)) : ""
            }
        }
        self.hostLetters = hostLetters
        self.groupLetters = groupLetters
    }
}
