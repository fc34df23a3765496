package import NUMATopology

/// The machine's NUMA shape: what `/v1/topology` shows.
package struct TopologyAnswer: Sendable, Equatable {
    package struct Node: Sendable, Equatable {
        package var id: NodeID
        /// Its online CPUs; absent where nothing tells them.
        package var cpus: CPUSet?
        package var memoryBytes: UInt64?
        /// Its distance to each online node; absent where it could not be read.
        package var distances: [Distance]?

        package init(id: NodeID) { self.id = id }
    }

    /// How far one node is.
    package struct Distance: Sendable, Equatable {
        package var node: NodeID
        package var distance: Int

        package init(node: NodeID, distance: Int) {
            self.node = node
            self.distance = distance
        }
    }

    package var round: RoundHeader
    package var provenance: Provenance
    package var notes: [HostNote]
    package var topologyType: TopologyType?
    package var possibleCPUs: CPUSet
    package var onlineCPUs: CPUSet
    /// None where nothing tells them.
    package var nodes: [Node]

    package init(_ snapshot: HostSnapshot, nowNanoseconds: UInt64) {
        let machine = snapshot.machine
        round = RoundHeader(snapshot, nowNanoseconds: nowNanoseconds)
        provenance = machine.provenance
        notes = machine.notes
        topologyType = machine.topologyType
        possibleCPUs = machine.possibleCPUs
        onlineCPUs = machine.onlineCPUs
        nodes = machine.nodes.map { node in
            var answer = Node(id: node.id)
            if node.knowsCPUs { answer.cpus = node.cpus }
            answer.memoryBytes = node.memoryBytes
            answer.distances = machine.distanceRow(of: node).map { row in
                zip(machine.nodes, row).map { Distance(node: $0.id, distance: $1) }
            }
            return answer
        }
    }

    /// An answer that says nothing yet.
    package init() {
        round = RoundHeader()
        provenance = .kernel
        notes = []
        possibleCPUs = []
        onlineCPUs = []
        nodes = []
    }
}

/// Which node each device is attached to: what `/v1/devices` and `numawatch nodes --devices` show.
package struct DevicesAnswer: Sendable, Equatable {
    package var round: RoundHeader
    /// Absent where the bus cannot be read.
    package var devices: [DeviceRecord]?

    package init(_ snapshot: HostSnapshot, nowNanoseconds: UInt64) {
        round = RoundHeader(snapshot, nowNanoseconds: nowNanoseconds)
        devices = snapshot.devices
    }

    /// An answer that says nothing yet.
    package init() { round = RoundHeader() }
}

/// What can be read here, and what is lost without the rest: what `/v1/sources` and `numawatch doctor` show.
package struct SourcesAnswer: Sendable, Equatable {
    /// A source, and when it was tried last on the wall clock, nanoseconds since 1970.
    package struct Source: Sendable, Equatable {
        package var status: SourceStatus
        package var triedAtWallClockNanoseconds: UInt64?

        package init(_ status: SourceStatus) { self.status = status }
    }

    package var round: RoundHeader
    package var notes: [HostNote]
    package var sources: [Source]

    package init(_ snapshot: HostSnapshot, nowNanoseconds: UInt64) {
        round = RoundHeader(snapshot, nowNanoseconds: nowNanoseconds)
        notes = snapshot.notes
        sources = snapshot.sources.map { status in
            var source = Source(status)
            source.triedAtWallClockNanoseconds = status.triedAtNanoseconds.map { snapshot.wallClock(at: $0) }
            return source
        }
    }

    /// An answer that says nothing yet.
    package init() {
        round = RoundHeader()
        notes = []
        sources = []
    }
}
