/// `/sys/devices/system/node/node<n>/numastat`: pages *allocated*, since boot; not accesses.
package struct NodeNumastat: Hashable, Sendable {
    /// `numa_hit`: allocated here as intended.
    package var hit: UInt64?
    /// `numa_miss`: allocated here though another node was intended.
    package var miss: UInt64?
    /// `numa_foreign`: intended here, allocated elsewhere.
    package var foreign: UInt64?
    /// `interleave_hit`: allocated here as interleaving intended.
    package var interleaveHit: UInt64?
    /// `local_node`: allocated here by a process running here.
    package var localNode: UInt64?
    /// `other_node`: allocated here by a process running elsewhere.
    package var otherNode: UInt64?

    package init() {}

    /// Reads a whole file.
    package init(parsing bytes: Span<UInt8>) throws(KernelTextError) {
        var counters = NodeNumastat()
        try CounterLines.forEach(bytes, file: .nodeNumastat) { (name, value) throws(KernelTextError) in
            if bytes.equals("numa_hit", name) {
                counters.hit = value
            } else if bytes.equals("numa_miss", name) {
                counters.miss = value
            } else if bytes.equals("numa_foreign", name) {
                counters.foreign = value
            } else if bytes.equals("interleave_hit", name) {
                counters.interleaveHit = value
            } else if bytes.equals("local_node", name) {
                counters.localNode = value
            } else if bytes.equals("other_node", name) {
                counters.otherNode = value
            }
        }
        self = counters
    }
}
