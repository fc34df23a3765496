/// One thing to do in a guest: shell text that busybox' sh runs as root.
package struct GuestStep: Sendable, Hashable {
    /// Of letters, digits and dashes; names the directory of its results.
    package var name: String
    /// May call what `Guest/functions.sh` defines. Files it writes below `$OUT` come back.
    package var script: String
    /// When it is killed. What it started in the background goes on.
    package var deadlineSeconds: Int

    package init(_ name: String, deadlineSeconds: Int = 60, _ script: String) {
        self.name = name
        self.script = script
        self.deadlineSeconds = deadlineSeconds
    }
}

/// What a guest does between its boot and its end.
package struct GuestPlan: Sendable, Hashable {
    /// In their order. A step that fails does not keep the next from running: what to make of it is the checks' to say.
    package var steps: [GuestStep] = []
    /// Beyond those of the topology.
    package var bootArguments: [String] = []

    package init(steps: [GuestStep] = [], bootArguments: [String] = []) {
        self.steps = steps
        self.bootArguments = bootArguments
    }

    /// The time emulation may take for booting and for writing the results, on a machine with other things to do.
    package var overheadSeconds = 120

    /// How much later than a step's own deadline the guest may come to the next, before it is taken to hang.
    package var graceSeconds = 60

    /// When the guest is killed, however it gets on.
    package var deadlineSeconds: Int { steps.reduce(overheadSeconds) { $0 + $1.deadlineSeconds } }
}
