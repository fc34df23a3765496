import LinuxSystem
import Snapshots
import Synchronization

/// Reads the configuration again and puts it in force, or keeps the running one and says what is wrong with the new.
final class Reloader: Sendable {
    private let inForce: Mutex<DaemonConfiguration>
    private let load: @Sendable () throws(ConfigurationError) -> DaemonConfiguration
    private let apply: @Sendable (DaemonConfiguration) async -> Void
    private let manager: ManagerLink
    private let reporter: EventReporter
    private let time: any TimeSource

    /// - Parameters:
    ///   - running: What the daemon was started with.
    ///   - load: Reads the files.
    ///   - apply: Puts a configuration in force; of keys that count only at start it keeps the running values.
    init(
        running: DaemonConfiguration, manager: ManagerLink, reporter: EventReporter, time: any TimeSource,
        load: @escaping @Sendable () throws(ConfigurationError) -> DaemonConfiguration,
        apply: @escaping @Sendable (DaemonConfiguration) async -> Void
    ) {
        inForce = Mutex(running)
        self.manager = manager
        self.reporter = reporter
        self.time = time
        self.load = load
        self.apply = apply
    }

    /// The configuration in force.
    var current: DaemonConfiguration { inForce.withLock { $0 } }

    /// One reload from beginning to end. Reloads do not overlap: the signals are taken one after the other.
    func reload() async {
        let now = time.monotonicNanoseconds
        manager.tell { $0.reloadBegan(monotonicNanoseconds: now) }
        do throws(ConfigurationError) {
            try await take(load())
            manager.tell { $0.reloadEnded(complaint: nil) }
        } catch {
            refuse(error)
        }
    }

    private func take(_ loaded: DaemonConfiguration) async {
        let running = current
        let changed = running.changedKeys(to: loaded)
        var next = loaded
        for key in changed where key.takesEffect == .onRestart {
            key.copy(running, &next)
            reporter.report(
                .restartNeeded,
                "\(key.name)=\(key.render(loaded)) counts from the next start; \(key.render(running)) stays in force",
                fields: [ObservedEvent.Field("section", key.section), ObservedEvent.Field("key", key.name)])
        }
        inForce.withLock { [next] in $0 = next }
        await apply(next)
        let applied = changed.filter { $0.takesEffect == .onReload }
        reporter.report(
            .configurationReloaded,
            applied.isEmpty
                ? "Configuration read again; nothing changed"
                : "Configuration read again: "
                    + applied.map { "\($0.name)=\($0.render(next)) (was \($0.render(running)))" }
                    .joined(separator: ", "),
            fields: applied.map { ObservedEvent.Field($0.name.lowercased(), $0.render(next)) })
    }

    private func refuse(_ error: ConfigurationError) {
        for problem in error.problems {
            reporter.report(.configurationRefused, problem)
        }
        let first = error.problems.first.map(\.description) ?? "unknown"
        let more = error.problems.count > 1 ? " (and \(error.problems.count - 1) more)" : ""
        manager.tell {
            $0.reloadEnded(complaint: "Reload refused, the running configuration stays: \(first)\(more)")
        }
    }
}

extension EventReporter {
    /// One event for one problem of the configuration, its place in fields of their own.
    func report(_ event: DaemonEvent, _ problem: ConfigurationProblem) {
        var fields = [ObservedEvent.Field("config_file", problem.file)]
        if let position = problem.position {
            fields.append(ObservedEvent.Field("config_line", String(position.line)))
            fields.append(ObservedEvent.Field("config_column", String(position.column)))
        }
        report(event, problem.description, fields: fields)
    }
}
