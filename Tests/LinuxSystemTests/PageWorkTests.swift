import LinuxSystem
import Testing

@Suite("Work on pages")
struct PageWorkTests {
    @Test("is measured on memory of this process, and a move only where there is another node")
    func measure() throws {
        let nodes = NUMALibrary.allowedMemoryNodes()
        let work = try #require(PageWork.measure(nodes: nodes))
        #expect(work.entryNanoseconds > 0 && work.faultNanoseconds > 0)
        #expect(work.entryNanoseconds < 1e9 && work.faultNanoseconds < 1e9)
        if nodes.count < 2 { #expect(work.moveNanoseconds == nil) }
        // A node that is not there is none to move to.
        let alone = try #require(PageWork.measure(nodes: []))
        #expect(alone.moveNanoseconds == nil)
    }
}
