/// The steps that the checks of the daemon share: a step that several checks ask for is made once.
enum DaemonSteps {
    private static let functions = ". /lab/daemon.sh; . /lab/observe.sh; . /lab/changes.sh; "

    /// Starts the daemon as its unit does, and records how it stands.
    static let start = GuestStep("daemon-start", deadlineSeconds: 150, functions + "ensure_daemon && record_daemon")
    /// Tries the sources as the daemon's user.
    static let sources = GuestStep("daemon-sources", deadlineSeconds: 120, functions + "observe_sources")
    /// Switches balancing on or off, and back.
    static let toggle = GuestStep("daemon-switch", deadlineSeconds: 180, functions + "observe_switch")
    /// Starts the workloads.
    static let work = GuestStep("daemon-work", deadlineSeconds: 240, functions + "start_work")
    /// Records counters while they move.
    static let moving = GuestStep("daemon-moving", deadlineSeconds: 240, functions + "observe_moving")
    /// Records ledgers and placement while all threads are stopped; ends the workloads.
    static let still = GuestStep("daemon-still", deadlineSeconds: 240, functions + "observe_still")
    /// Records processes that are too large to be read in full.
    static let large = GuestStep("daemon-large", deadlineSeconds: 480, functions + "observe_large")
    /// Records what the daemon costs while it watches very many mappings.
    static let budget = GuestStep("daemon-budget", deadlineSeconds: 420, functions + "observe_budget")
    /// Records the daemon before, in and after a storm of processes.
    static let storm = GuestStep("daemon-storm", deadlineSeconds: 240, functions + "observe_storm")
    /// Records groups whose processes share memory, with and without an account of the kernel's.
    static let groupMemory = GuestStep(
        "daemon-group-memory", deadlineSeconds: 360, functions + "observe_group_memory")
    /// Records states while CPUs go and come back.
    static let hotplug = GuestStep("daemon-hotplug", deadlineSeconds: 360, functions + "observe_hotplug")
    /// Records states while a partition is made, isolated and removed.
    static let partition = GuestStep("daemon-partition", deadlineSeconds: 360, functions + "observe_partition")
    /// Pins the iterator, and records what it and the kernel's files say of stopped threads.
    static let iterator = GuestStep(
        "daemon-iterator", deadlineSeconds: 360, functions + ". /lab/iterator.sh; observe_iterator")
    /// Ends the daemon and records how it went.
    static let end = GuestStep("daemon-end", deadlineSeconds: 60, functions + "end_daemon")

    /// MiB of a node that the daemon, the workloads and the kernel need.
    private static let neededMiB = 224

    /// Why the workloads cannot run on a machine.
    static func obstacle(on topology: LabTopology) -> String? {
        topology.nodes.contains { $0.memoryMiB > 0 && $0.memoryMiB < neededMiB }
            ? "a node has less than \(neededMiB) MB for the workloads" : nil
    }

    /// Why balancing has nothing to decide on a machine: no second node to take memory from.
    static func balancingObstacle(on topology: LabTopology) -> String? {
        topology.nodes.count { $0.memoryMiB > 0 } > 1 ? obstacle(on: topology) : "only one node has memory"
    }
}
