import Exposition
import HistoryFiles
import Insight
package import LinuxSystem
import Logging
import Sampling
import Server
package import ServiceLifecycle
package import Snapshots
import UnixSignals

/// The daemon put together: the sampler publishes snapshots, the server answers from them, the rest keeps systemd and
/// the administrator told.
///
/// Nothing here decides anything about figures; this is the one place that knows all parts.
package struct Daemon: Sendable {
    /// The part that publishes snapshots, as the daemon drives it.
    package struct Sampler: Sendable {
        package var service: any Service
        /// Puts changed settings in force at the next round.
        package var apply: @Sendable (DaemonConfiguration) async -> Void
        /// Puts names of pods, containers and jobs in force at the next round.
        package var name: @Sendable (GivenNames) async -> Void
        /// The sources as they are now, tried if need be.
        package var presentSources: @Sendable () async -> [SourceStatus]

        package init(
            service: any Service, apply: @escaping @Sendable (DaemonConfiguration) async -> Void,
            name: @escaping @Sendable (GivenNames) async -> Void = { _ in },
            presentSources: @escaping @Sendable () async -> [SourceStatus]
        ) {
            self.service = service
            self.apply = apply
            self.name = name
            self.presentSources = presentSources
        }
    }

    /// How long the parts may take to end when asked; systemd waits twice as long (`TimeoutStopSec=`).
    static let gracefulShutdown: Duration = .seconds(10)

    private let start: DaemonStart
    private let store: SnapshotStore
    private let sampler: Sampler
    private let tracing: TracingControl
    private let stories: StoryStore
    private let events: EventLog
    private let time: any TimeSource
    private let manager: ManagerLink
    private let reporter: EventReporter
    private let patterns: UnusedPatterns
    private let history: HistoryKeeper

    /// - Parameters:
    ///   - store: Where `sampler` publishes.
    ///   - backend: Where live events come from.
    ///   - exchange: Where `sampler` meets the tracer.
    ///   - time: The clock of the snapshots.
    /// - Throws: ``DaemonExit/unavailable`` when the history cannot have a thread of its own; the log says so.
    package init(
        start: DaemonStart, store: SnapshotStore, sampler: Sampler, backend: TracingBackend,
        exchange: TracingExchange, time: any TimeSource = SystemTime()
    ) throws(DaemonExit) {
        self.start = start
        self.store = store
        self.sampler = sampler
        self.time = time
        manager = ManagerLink(logger: start.logger)
        events = EventLog()
        stories = StoryStore()
        reporter = EventReporter(logger: start.logger, log: events, time: time)
        patterns = UnusedPatterns(start.configuration, at: time.monotonicNanoseconds)
        do throws(SystemFailure) {
            history = try HistoryKeeper(
                configuration: start.configuration.history,
                stateDirectory: HostFacts.environmentVariable("STATE_DIRECTORY"), life: .current(start.root),
                reporter: reporter)
        } catch {
            start.logger.log(.failed, "The history cannot start: \(error)")
            throw .unavailable
        }
        tracing = TracingControl(
            environment: TracingLoop.Environment(
                backend: backend, exchange: exchange, stories: stories, reporter: reporter, time: time),
            settings: start.configuration.tracingSettings)
    }

    /// Runs until it is told to stop, or fails. What there is to say has been said when it returns.
    package func run() async -> DaemonExit {
        // A client that goes away is noticed by the write that fails, not by a signal that kills.
        Terminal.ignoreBrokenPipe()
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let kernel = HostFacts.kernelName()
        reporter.report(
            .started, "numawatchd \(DaemonVersion.current) on \(kernel.system) \(kernel.release)",
            fields: [
                ObservedEvent.Field("version", DaemonVersion.current), ObservedEvent.Field("kernel", kernel.release),
            ])
        let changed = DaemonConfiguration().changedKeys(to: start.configuration)
        reporter.report(
            .configurationRead,
            changed.isEmpty
                ? "Every key is at its default"
                : "Configuration: "
                    + changed.map { "\($0.name)=\($0.render(start.configuration))" }.joined(separator: ", "))

        await readNames()
        let (server, metricsServer) = servers()
        let reloader = reloader(server)
        var group = ServiceGroupConfiguration(
            services: (metricsServer.map { [service($0, "metrics")] } ?? []) + [
                service(sampler.service, "sampler"),
                service(tracing, "tracing"),
                service(follower, "rounds"),
                service(HistoryService(store: store, events: events, keeper: history), "history"),
                service(watchdog, "watchdog"),
                service(ReloadService(reloader: reloader, signals: hangups), "reload"),
                service(server, "server"),
                // Asked to stop first, as the last in the list.
                service(StopAnnouncer(manager: manager, reporter: reporter), "stop"),
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(start.logger))
        group.maximumGracefulShutdownDuration = Self.gracefulShutdown
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            reporter.report(.failed, "Cannot go on: \(error)", error: error)
            return .failure
        }
        reporter.report(.stopped, "Stopped")
        return .success
    }

    private func service(_ service: any Service, _ name: String) -> ServiceGroupConfiguration.ServiceConfiguration {
        // A part that ends by itself leaves a daemon that only looks alive: the whole of it ends.
        ServiceGroupConfiguration.ServiceConfiguration(
            service: service, successTerminationBehavior: .cancelGroup, failureTerminationBehavior: .cancelGroup,
            serviceName: name)
    }

    private var follower: RoundFollower {
        RoundFollower(store: store, manager: manager, reporter: reporter, patterns: patterns) { [reporter] snapshot in
            reporter.report(.ready, "Ready: \(ManagerState.summary(of: snapshot))")
        }
    }

    private var watchdog: WatchdogService {
        WatchdogService(
            store: store, manager: manager, reporter: reporter, time: time,
            periodNanoseconds: ServiceNotifier().watchdogNanoseconds)
    }

    /// The server of the sockets, and that of the port for metrics where one is asked for.
    private func servers() -> (SocketServer, MetricsPort?) {
        let configuration = start.configuration
        let groupID = Accounts().groupID(named: configuration.server.socketGroup)
        let plan = SocketPlan(
            passed: start.passedSockets, path: start.arguments.socketPath, server: configuration.server,
            metrics: configuration.metrics, groupID: groupID)
        let limits = configuration.serverLimits(descriptorLimit: HostFacts.descriptorLimit)
        if limits.connections < configuration.server.maximumConnections {
            start.logger.warning(
                """
                MaxConnections=\(configuration.server.maximumConnections) is more than RLIMIT_NOFILE leaves room for: \
                at most \(limits.connections) clients are served at once; raise LimitNOFILE= of the service
                """)
        }
        let statistics = ServerStatistics()
        let catalogue = MetricCatalogue.standard(
            version: DaemonVersion.current,
            additions: statistics.metricFamilies + HistoryMetrics.families { [history] in history.statistics })
        let page = MetricsPage(
            renderer: MetricsRenderer(catalogue: catalogue, seriesLimit: configuration.server.maximumSeries))
        let sources = SourceRefresher(time: time, attempt: sampler.presentSources)
        let endpoints = StandardEndpoints(
            store: store, events: events, stories: stories, metrics: page, version: DaemonVersion.current,
            history: HistoryEndpoint(
                read: { [history] query, viewer throws(EndpointError) in try await history.range(query, viewer: viewer)
                },
                now: { [time] in time.realtimeNanoseconds }),
            presentSources: { await sources.fresh() })
        let port = plan.metricsDescription.map { description in
            MetricsPort(
                server: SocketServer(
                    sockets: plan.metricsSockets, audience: .anyone,
                    registry: EndpointRegistry(undescribed: [endpoints.metricsEndpoint]),
                    access: configuration.accessPolicy(groupID: nil), limits: limits, statistics: statistics,
                    now: { [time] in time.monotonicNanoseconds }, logger: start.logger,
                    firstRound: { [store] in await store.waitForFirst() }
                ) { [reporter] in reporter.report(.socketReady, description) },
                reporter: reporter)
        }
        let server = SocketServer(
            sockets: plan.sockets,
            registry: EndpointRegistry(endpoints.all, version: DaemonVersion.current),
            access: configuration.accessPolicy(groupID: groupID), limits: limits,
            statistics: statistics, now: { [time] in time.monotonicNanoseconds }, logger: start.logger,
            firstRound: { [store] in await store.waitForFirst() }
        ) { [manager, reporter, store] in
            reporter.report(.socketReady, plan.description)
            if let warning = plan.warning { reporter.logger.warning("\(warning)") }
            if manager.tell({ $0.listening() }), let snapshot = store.current {
                reporter.report(.ready, "Ready: \(ManagerState.summary(of: snapshot))")
            }
        }
        return (server, port)
    }

    /// Reads what pods, containers and jobs are called. A line that cannot be used is told of; the others count.
    private func readNames() async {
        let reading = start.readNames()
        for problem in reading.problems {
            var fields = [ObservedEvent.Field("names_file", problem.file)]
            if let line = problem.line { fields.append(ObservedEvent.Field("names_line", String(line))) }
            reporter.report(.nameRefused, problem.description, fields: fields)
        }
        await sampler.name(reading.names)
    }

    private func reloader(_ server: SocketServer) -> Reloader {
        let file = start.arguments.configurationFile
        return Reloader(
            running: start.configuration, manager: manager, reporter: reporter, time: time,
            load: { () throws(ConfigurationError) in try DaemonStart.loadConfiguration(file: file) },
            apply: { [self, patterns, history, time, threshold = start.threshold] configuration in
                threshold.set(configuration.log.level)
                server.update(
                    access: configuration.accessPolicy(
                        groupID: Accounts().groupID(named: configuration.server.socketGroup)))
                await sampler.apply(configuration)
                await readNames()
                tracing.apply(configuration.tracingSettings)
                await history.apply(configuration.history)
                patterns.apply(configuration, at: time.monotonicNanoseconds)
            })
    }

    /// The service group's own messages repeat ours at every start and stop: they are for debugging.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = .warning
        return quiet
    }
}

/// Says that the end has begun, before any part ends.
struct StopAnnouncer: Service {
    let manager: ManagerLink
    let reporter: EventReporter

    func run() async throws {
        // Throws when cancelled: the group ends because a part failed, which is told by whoever sees the error.
        do { try await gracefulShutdown() } catch { return }
        manager.tell { $0.stopping() }
        reporter.report(.stopping, "Stopping")
    }
}
