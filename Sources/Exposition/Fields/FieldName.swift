import TextOutput

/// The name of a member. Those that several records have are declared here; one that a single record has stands in its field.
package struct FieldName: ExpressibleByStringLiteral, Hashable, Sendable {
    package let text: String

    package init(stringLiteral text: String) {
        self.text = text
    }

    /// The name as it is written.
    var key: JSONKey { JSONKey(text) }

    init(_ text: String) {
        self.text = text
    }
}

extension FieldName {
    package static let address: FieldName = "address"
    package static let ageSeconds: FieldName = "age_seconds"
    package static let bytesByNode: FieldName = "bytes_by_node"
    package static let command: FieldName = "command"
    package static let counters: FieldName = "counters"
    package static let cpu: FieldName = "cpu"
    package static let cpuCount: FieldName = "cpu_count"
    package static let cpuRatio: FieldName = "cpu_ratio"
    package static let cpuSeconds: FieldName = "cpu_seconds"
    package static let cpus: FieldName = "cpus"
    package static let decisions: FieldName = "decisions"
    package static let distance: FieldName = "distance"
    package static let domains: FieldName = "domains"
    package static let flags: FieldName = "flags"
    package static let group: FieldName = "group"
    package static let groups: FieldName = "groups"
    package static let groupsFlags: FieldName = "groups_flags"
    package static let halfWidth95BytesByNode: FieldName = "half_width_95_bytes_by_node"
    package static let host: FieldName = "host"
    package static let id: FieldName = "id"
    package static let index: FieldName = "index"
    package static let intervalSeconds: FieldName = "interval_seconds"
    package static let isDemotionEnabled: FieldName = "is_demotion_enabled"
    package static let isEnabled: FieldName = "is_enabled"
    package static let kind: FieldName = "kind"
    package static let labels: FieldName = "labels"
    package static let ledger: FieldName = "ledger"
    package static let level: FieldName = "level"
    package static let local: FieldName = "local"
    package static let localFaultRatio: FieldName = "local_fault_ratio"
    package static let memoryTier: FieldName = "memory_tier"
    package static let message: FieldName = "message"
    package static let migratedPages: FieldName = "migrated_pages"
    package static let model: FieldName = "model"
    package static let moves: FieldName = "moves"
    package static let name: FieldName = "name"
    package static let nodes: FieldName = "nodes"
    package static let numaNode: FieldName = "numa_node"
    package static let outcome: FieldName = "outcome"
    package static let pageSizeBytes: FieldName = "page_size_bytes"
    package static let pages: FieldName = "pages"
    package static let pid: FieldName = "pid"
    package static let placement: FieldName = "placement"
    package static let preferredNode: FieldName = "preferred_node"
    package static let privatePagesByNode: FieldName = "private_pages_by_node"
    package static let processCount: FieldName = "process_count"
    package static let provenance: FieldName = "provenance"
    package static let reason: FieldName = "reason"
    package static let remedy: FieldName = "remedy"
    package static let residentBytes: FieldName = "resident_bytes"
    package static let rule: FieldName = "rule"
    package static let samples: FieldName = "samples"
    package static let sequence: FieldName = "sequence"
    package static let sharedPagesByNode: FieldName = "shared_pages_by_node"
    package static let source: FieldName = "source"
    package static let sources: FieldName = "sources"
    package static let span: FieldName = "span"
    package static let state: FieldName = "state"
    package static let status: FieldName = "status"
    package static let taskCount: FieldName = "task_count"
    package static let tasksOffPreferredNodeCount: FieldName = "tasks_off_preferred_node_count"
    package static let threadCount: FieldName = "thread_count"
    package static let tid: FieldName = "tid"
    package static let time: FieldName = "time"
    package static let topologyType: FieldName = "topology_type"
    package static let traced: FieldName = "traced"
    package static let tracing: FieldName = "tracing"
    package static let uid: FieldName = "uid"
    package static let value: FieldName = "value"
    package static let version: FieldName = "version"
}
