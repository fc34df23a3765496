import NUMATopology
import Snapshots

/// How a group is told where to run and where to have its memory: by its systemd unit, its container engine, or by hand.
struct Placing {
    let name: String?
    let identity: GroupIdentity?
    let pid: Int32?

    enum Manager {
        case unit(String, user: Bool)
        case container(engine: String, id: String)
        case pod
        case machine(String)
        case processes
    }

    var manager: Manager {
        guard let identity, let name else { return .processes }
        switch identity.kind {
        case "unit", "slice":
            if Self.isUnit(name) { return .unit(name, user: false) }
        case "user-unit":
            if Self.isUnit(name) { return .unit(name, user: true) }
        case "pod": return .pod
        case "machine": return .machine(identity.containerID ?? name)
        case "container":
            if identity.podUID != nil { return .pod }
            if let engine = identity.engine, let id = identity.containerID, ["docker", "libpod"].contains(engine) {
                return .container(engine: engine == "docker" ? "docker" : "podman", id: id)
            }
        default: break
        }
        return .processes
    }

    private static func isUnit(_ name: String) -> Bool {
        name.hasSuffix(".service") || name.hasSuffix(".scope") || name.hasSuffix(".slice")
    }

    /// Whether a drop-in with `[Service]` can be written for it.
    var hasServiceSection: Bool {
        if case .unit(let name, _) = manager { name.hasSuffix(".service") } else { false }
    }

    /// Keeps it on a node: its threads and its memory.
    func keep(onCPUs cpus: String, node: NodeID) -> [String] {
        switch manager {
        case .unit(let unit, let user):
            [
                "systemctl \(user ? "--user " : "")set-property \(Self.quoted(unit)) AllowedCPUs=\(cpus) AllowedMemoryNodes=\(node)"
            ]
        case .container(let engine, let id):
            ["\(engine) update --cpuset-cpus \(cpus) --cpuset-mems \(node) \(Self.quoted(id))"]
        case .pod:
            [
                "kubelet: cpuManagerPolicy: static, memoryManagerPolicy: Static, topologyManagerPolicy: single-numa-node; "
                    + "the pod with whole CPUs and equal requests and limits"
            ]
        case .machine(let machine):
            [
                "virsh numatune \(Self.quoted(machine)) --mode strict --nodeset \(node) --config",
                "virsh emulatorpin \(Self.quoted(machine)) \(cpus) --config  # and vcpupin for each virtual CPU",
            ]
        case .processes:
            pid.map {
                ["taskset -apc \(cpus) \($0)", "migratepages \($0) all \(node)"]
            } ?? ["numactl --cpunodebind=\(node) --membind=\(node) COMMAND"]
        }
    }

    /// Spreads its memory over nodes, from its next start.
    func spread(over nodes: String) -> [String] {
        switch manager {
        case .unit(let unit, let user) where hasServiceSection:
            [
                "systemctl \(user ? "--user " : "")edit \(Self.quoted(unit))  # [Service] NUMAPolicy=interleave, NUMAMask=\(nodes)",
                "systemctl \(user ? "--user " : "")restart \(Self.quoted(unit))",
            ]
        default: ["numactl --interleave=\(nodes) COMMAND"]
        }
    }

    /// Keeps its threads on the CPUs of nodes.
    func pinThreads(toCPUs cpus: String) -> [String] {
        switch manager {
        case .unit(let unit, let user):
            ["systemctl \(user ? "--user " : "")set-property \(Self.quoted(unit)) AllowedCPUs=\(cpus)"]
        case .container(let engine, let id): ["\(engine) update --cpuset-cpus \(cpus) \(Self.quoted(id))"]
        case .pod: ["kubelet: cpuManagerPolicy: static; the pod with whole CPUs"]
        case .machine(let machine):
            ["virsh emulatorpin \(Self.quoted(machine)) \(cpus) --config  # and vcpupin for each virtual CPU"]
        case .processes: pid.map { ["taskset -apc \(cpus) \($0)"] } ?? ["taskset -c \(cpus) COMMAND"]
        }
    }

    /// Allows it other nodes.
    func allow(cpus: String, nodes: String) -> [String] {
        switch manager {
        case .unit(let unit, let user):
            [
                "systemctl \(user ? "--user " : "")set-property \(Self.quoted(unit)) AllowedCPUs=\(cpus) AllowedMemoryNodes=\(nodes)"
            ]
        case .container(let engine, let id):
            ["\(engine) update --cpuset-cpus \(cpus) --cpuset-mems \(nodes) \(Self.quoted(id))"]
        case .pod, .machine: ["in the settings of who started it: CPUs \(cpus), memory of node \(nodes)"]
        case .processes: pid.map { ["taskset -apc \(cpus) \($0)", "migratepages \($0) all \(nodes)"] } ?? []
        }
    }

    /// For a shell: names of units may hold backslashes, and those of others anything.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
        guard !isPlain else { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
