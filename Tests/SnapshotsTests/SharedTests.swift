import NUMATopology
import Snapshots
import Testing

@Suite("Parts of records that copies share")
struct SharedTests {
    private static let placement = PlacementRecord(method: .full, takenAtNanoseconds: 7)

    private static func record() -> ProcessRecord {
        ProcessRecord(identity: ProcessIdentity(pid: 1, startTimeTicks: 1), command: "a", groupName: "g")
    }

    @Test("a change in a copy leaves the original alone")
    func copies() {
        var original = Self.record()
        original.placement = Self.placement
        var copy = original
        #expect(copy == original)
        copy.placement?.mappingCount = 3
        #expect(original.placement == Self.placement && copy.placement?.mappingCount == 3 && copy != original)
        copy.placement = nil
        #expect(original.placement == Self.placement && copy.placement == nil)
    }

    @Test("a part handed on is the same part, and equal to one made of the same value")
    func handedOn() {
        var first = Self.record()
        var second = Self.record()
        first.placement = Self.placement
        second.$placement = first.$placement
        #expect(second == first)
        second.placement = Self.placement
        #expect(second == first)
    }

    @Test("a record is smaller than its parts would be, and one without them has their default values")
    func size() {
        let record = Self.record()
        #expect(record.ledger == nil && record.model == nil && record.traced == nil && record.placement == nil)
        #expect(record.groupIdentity == GroupIdentity())
        let parts =
            MemoryLayout<LedgerSummary>.size + MemoryLayout<ModelledActivity>.size + MemoryLayout<PlacementRecord>.size
            + MemoryLayout<GroupIdentity>.size
        #expect(MemoryLayout<ProcessRecord>.size < parts)
    }
}
