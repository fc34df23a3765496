import NUMATopology
package import Snapshots

/// What a history keeps of one round.
package struct HistoryRound: Sendable, Equatable {
    /// The figures of one scope, as whole steps of their scales (``HistoryFigure/Description/scale``).
    package struct Scope: Sendable, Equatable {
        package var scope: HistoryScope
        package var group: HistoryGroup?
        package var values: [Value]

        package init(scope: HistoryScope, group: HistoryGroup? = nil, values: [Value]) {
            self.scope = scope
            self.group = group
            self.values = values
        }
    }

    package struct Value: Sendable, Equatable {
        package var key: HistoryKey
        package var steps: Int64

        package init(key: HistoryKey, steps: Int64) {
            self.key = key
            self.steps = steps
        }
    }

    /// The round's end, nanoseconds since 1970.
    package var wallClockNanoseconds: UInt64
    /// The same, monotonic.
    package var monotonicNanoseconds: UInt64
    package var scopes: [Scope]
    /// How settings stand, in a fixed order.
    package var settings: [Setting]

    package struct Setting: Sendable, Equatable {
        package var name: String
        package var value: String?

        package init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    package init(wallClockNanoseconds: UInt64, monotonicNanoseconds: UInt64) {
        self.wallClockNanoseconds = wallClockNanoseconds
        self.monotonicNanoseconds = monotonicNanoseconds
        scopes = []
        settings = []
    }

    /// - Parameter groupLimit: Of more groups those with most memory are kept.
    package init(_ snapshot: HostSnapshot, groupLimit: Int) {
        self.init(
            wallClockNanoseconds: snapshot.wallClockNanoseconds, monotonicNanoseconds: snapshot.monotonicNanoseconds)
        var groups = snapshot.groups
        if groups.count > groupLimit {
            groups.sort { $0.residentBytes > $1.residentBytes }
            groups.removeSubrange(groupLimit...)
        }
        scopes = [.host(snapshot, hiddenGroups: snapshot.groups.count - groups.count)]
        scopes += snapshot.host.nodes.map { .node($0, snapshot) }
        scopes += groups.map { .group($0, snapshot) }
        settings = HostSetting.all(snapshot.host).map { Setting(name: $0.name, value: $0.value) }
        settings.append(Setting(name: Self.kernelSetting, value: snapshot.kernelRelease))
        settings.append(
            Setting(
                name: Self.nodesSetting,
                value: snapshot.machine.nodes.isEmpty ? nil : snapshot.machine.nodeSet.listText))
        settings.append(
            Setting(
                name: Self.onlineCPUsSetting,
                value: snapshot.machine.onlineCPUs.isEmpty ? nil : snapshot.machine.onlineCPUs.listText))
        for node in snapshot.host.nodes {
            settings.append(Setting(name: Self.cpusSetting(of: node.id), value: node.cpus?.listText))
            settings.append(
                Setting(
                    name: Self.distancesSetting(of: node.id),
                    value: node.distances.map { $0.map(String.init).joined(separator: " ") }))
        }
    }
}

extension HistoryFigure {
    /// An amount as whole steps; nil for what is no number.
    package func steps(_ amount: Double) -> Int64? {
        let steps = (amount * scale).rounded()
        return steps.isFinite ? Int64(min(Self.largestSteps, max(-Self.largestSteps, steps))) : nil
    }

    /// The difference of any two still has room for two bits beside it.
    private static let largestSteps = 0x1p61

    /// What so many steps are.
    package func amount(_ steps: Int64) -> Double { Double(steps) / scale }
}
