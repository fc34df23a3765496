package import BalancingModel

/// Takes from a stream all that reveals the kernel's decisions, for the blind drive.
///
/// Dropped: `misplaced_ret`, `set_preferred`, `mm_migrate_pages`. Changed: the migrated and failed bits of a fault's flags
/// are cleared, and its `mem_node` becomes the page's node before the fault, which `migrate_check` tells. A stream that
/// was stripped so already passes unchanged, so a blind replay cannot tell one from the other.
package struct BlindFilter: Sendable {
    /// The page's node of the fault each task is in.
    private var sources: [Int32: Int32] = [:]

    package init() {}

    /// The event without what reveals a decision; nothing if it does nothing else.
    package mutating func filter(_ event: BalancingEvent) -> BalancingEvent? {
        switch event.payload {
        case .misplacedReturn, .setPreferred, .migratePages: return nil
        case .misplaced:
            if !sources.isEmpty { sources[event.tid] = nil }
        case .migrateCheck(let source, _): sources[event.tid] = source
        case .hintFault(let lastCPUPID, let memNode, let pages, let flags, let jiffies):
            var changed = event
            changed.payload = .hintFault(
                lastCPUPID: lastCPUPID, memNode: sources.removeValue(forKey: event.tid) ?? memNode, pages: pages,
                flags: flags.subtracting([.migrated, .migrateFail]), jiffies: jiffies)
            return changed
        case .lostEvents: sources.removeAll()
        case .exit(let pid): sources[pid] = nil
        default: break
        }
        return event
    }

    /// The kinds that are left.
    package static func kinds(_ kinds: EventKinds) -> EventKinds {
        kinds.subtracting([.misplacedReturn, .setPreferred, .migratePages])
    }
}
