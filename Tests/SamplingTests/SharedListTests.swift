import KernelText
import NUMATopology
import Snapshots
import Testing

@testable import Sampling

@Suite("What processes have in common is kept once")
struct SharedListTests {
    private static func list(_ keys: [UInt64]) -> [SharedMapping] {
        keys.map { SharedMapping(key: $0, memoryClass: .file, policy: "default", bytes: NodeValues()) }
    }

    @Test("a list of mappings comes back as it was, however many others there were")
    func mappings() {
        var pool = SharedMappingPool()
        #expect(pool.pooled([]).isEmpty)
        for round in 0..<2 {
            for number in 0..<UInt64(3 * SharedMappingPool.limit) {
                let list = Self.list([number, number + 1])
                #expect(pool.pooled(list) == list, "round \(round), list \(number)")
            }
        }
    }

    @Test("each text of a cgroup file has its own home, however many others there were")
    func homes() throws {
        var homes = CgroupHomes()
        for round in 0..<2 {
            for number in 0..<(3 * CgroupHomes.limit) {
                let home = try homes.home(of: Array("0::/system.slice/a\(number).service\n".utf8))
                #expect(
                    home.path == "/system.slice/a\(number).service" && home.groupName == "a\(number).service",
                    "round \(round)")
                #expect(home.groupIdentity.kind == "unit" && home.groupCgroupPath == home.path)
            }
        }
    }

    @Test("a text that is no cgroup file is refused each time it is read")
    func malformed() {
        var homes = CgroupHomes()
        for _ in 0..<2 {
            #expect(throws: KernelTextError.self) { _ = try homes.home(of: Array("nonsense".utf8)) }
        }
    }
}
