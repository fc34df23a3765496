/// The steps of the checks of an installed numawatch. Each needs the first; the last ones change what is installed.
enum InstalledSteps {
    private static let functions = ". /lab/installed.sh; "

    /// Installs and starts it as the README says.
    static func start(_ installation: LabTopology.Installation) -> GuestStep {
        switch installation {
        case .files: GuestStep("installed-start", deadlineSeconds: 180, functions + "install_staged")
        case .debianPackage: GuestStep("installed-start", deadlineSeconds: 240, functions + "install_package")
        }
    }
    /// Reloads a configuration that is right, one that is not, and another file.
    static let reload = GuestStep("installed-reload", deadlineSeconds: 180, functions + "reload_good_and_bad")
    /// Restarts it ten times.
    static let restarts = GuestStep("installed-restarts", deadlineSeconds: 180, functions + "restart_often")
    /// Starts it with a configuration that is refused, makes requests, and puts it right.
    static let refusal = GuestStep("installed-refusal", deadlineSeconds: 240, functions + "refuse_configuration")
    /// Kills it.
    static let kill = GuestStep("installed-kill", deadlineSeconds: 150, functions + "kill_daemon")
    /// Stops it, so that it answers no watchdog.
    static let watchdog = GuestStep("installed-watchdog", deadlineSeconds: 240, functions + "stop_daemon")
    /// Traces as docs/tracing.md says, with a load of some seconds.
    static let tracing = GuestStep("installed-tracing", deadlineSeconds: 420, functions + "trace_installed 10")
    /// Switches the iterator on as its documentation says, restarts either, and switches it off. The daemon looks for it once a
    /// minute, and is waited for three times.
    static let iterator = GuestStep("installed-iterator", deadlineSeconds: 480, functions + "iterate_installed")
    /// Installs it over itself while it runs.
    static let upgrade = GuestStep("installed-upgrade", deadlineSeconds: 150, functions + "upgrade_running")
    /// Looks up each kind of event that the journal has by now.
    static let journal = GuestStep("installed-journal", deadlineSeconds: 180, functions + "explain_journal")
    /// Opens the port for metrics, lets Prometheus scrape it, and fills a node.
    static let prometheus = GuestStep("installed-prometheus", deadlineSeconds: 900, functions + "scrape_installed")
    /// Upgrades the Debian package while the daemon runs, removes it, and purges it.
    static let package = GuestStep("installed-package", deadlineSeconds: 300, functions + "end_package")
    /// Removes it.
    static let removal = GuestStep("installed-removal", deadlineSeconds: 120, functions + "uninstall")
}

/// A check of an installed numawatch.
package protocol InstalledCheck: LabCheck {
    /// Beside that which installs; nil: there is none.
    var step: GuestStep? { get }

    /// The only installation it is for; nil: for any.
    var installation: LabTopology.Installation? { get }

    /// What was compared.
    func judge(_ recording: inout InstalledRecording) throws(LabFailure) -> String
}

extension InstalledCheck {
    package var system: LabTopology.System { .systemd }

    package var installation: LabTopology.Installation? { nil }

    package func obstacle(on topology: LabTopology, _ kernel: KernelSeries) -> String? {
        guard let installation, installation != topology.installation else { return nil }
        return "it is installed by Install=\(topology.installation.rawValue)"
    }

    package func steps(for topology: LabTopology) -> [GuestStep] {
        [InstalledSteps.start(topology.installation)] + (step.map { [$0] } ?? [])
    }

    package func judge(_ result: GuestResult, _ topology: LabTopology) throws(LabFailure) -> CheckVerdict {
        for step in steps(for: topology) {
            guard let outcome = result.step(step.name) else {
                throw LabFailure("judge", "the step \(step.name) did not run")
            }
            guard outcome.status == 0 else { throw LabFailure("run the step \(step.name)", outcome.summary) }
        }
        var recording = InstalledRecording(result: result)
        let compared = try judge(&recording)
        return CheckVerdict(compared: compared, problems: recording.problems)
    }
}

/// What the steps of `Guest/installed.sh` recorded, and what is found wrong with it.
package struct InstalledRecording {
    let result: GuestResult
    private(set) var problems: [String] = []

    init(result: GuestResult) {
        self.result = result
    }

    /// A recorded text.
    func text(_ name: String) throws(LabFailure) -> String {
        guard let bytes = result.file("installed/\(name)") else {
            throw LabFailure("judge the installation", "the guest left no file \(name)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func lines(_ name: String) throws(LabFailure) -> [Substring] { try text(name).split(separator: "\n") }

    /// The exit status of a recorded command.
    func status(_ name: String) throws(LabFailure) -> Int {
        let text = try text("\(name).status")
        return Int(text.prefix { $0 != "\n" }) ?? -1
    }

    mutating func expect(_ isRight: Bool, _ problem: @autoclosure () -> String) {
        if !isRight { problems.append(problem()) }
    }

    /// A command ended with a status.
    mutating func expect(_ name: String, status expected: Int) throws(LabFailure) {
        let status = try status(name)
        let said = try text(name)
        expect(status == expected, "\(name): status \(status), not \(expected): \(said)")
    }

    /// A text says something.
    mutating func expect(_ name: String, says words: String...) throws(LabFailure) {
        let text = try text(name)
        for word in words { expect(text.contains(word), "\(name) does not say “\(word)”: \(text)") }
    }

    /// A text does not say something.
    mutating func expect(_ name: String, neverSays words: String...) throws(LabFailure) {
        for word in words {
            let lines = try lines(name).filter { $0.contains(word) }
            expect(lines.isEmpty, "\(name) says “\(word)” \(lines.count) times: \(lines.first ?? "")")
        }
    }

    /// Two processes, of which the second is another one or the same.
    mutating func expect(pids name: String, areEqual: Bool) throws(LabFailure) {
        let pids = try text(name).split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        expect(
            pids.count == 2 && pids.allSatisfy { $0 > 0 } && (pids.first == pids.last) == areEqual,
            "\(name): the processes before and after are \(pids)")
    }
}
