import Testing

@testable import KernelText

/// The lines of the design's parser test, plus what real processes print.
private let designLines = """
    556f567e3000 default file=/usr/bin/my\\040app anon=1 dirty=1 active=0 N0=1 kernelpagesize_kB=4
    556f57000000 default heap anon=1536 dirty=1536 N0=512 N1=1024 kernelpagesize_kB=4
    7f2c40000000 bind=static|balancing:0-1 anon=1024 dirty=1000 active=900 N0=1024 kernelpagesize_kB=4
    7f2c80000000 prefer (many):0,2 file=/memfd:pool\\040(deleted) dirty=64 mapped=80 mapmax=2 N2=80 kernelpagesize_kB=4
    7f3000000000 weighted interleave:0-3 file=/anon_hugepage\\040(deleted) huge anon=6 dirty=6 N0=3 N1=3 kernelpagesize_kB=2048
    7ffc0a000000 default stack

    """

@Suite struct NUMAMapsTests {
    private func lines(_ text: String) throws(KernelTextError) -> [NUMAMapsLine] {
        try NUMAMaps.lines(Array(text.utf8).span)
    }

    @Test func everyFormOfTheGrammarIsRead() throws {
        let bytes = Array(designLines.utf8)
        let lines = try NUMAMaps.lines(bytes.span)
        try #require(lines.count == 6)

        #expect(lines[0].startAddress == 0x556f_567e_3000)
        #expect(lines[0].policy.mode == .default)
        #expect(lines[0].filePath(in: bytes.span) == "/usr/bin/my app")
        #expect(lines[0].anonPages == 1)
        #expect(lines[0].dirtyPages == 1)
        #expect(lines[0].activePages == 0)
        #expect(lines[0].mappedPages == nil)
        #expect(lines[0].kernelPageSizeBytes == 4096)

        #expect(lines[1].isHeap)
        #expect(!lines[1].isStack)
        #expect(lines[1].fileRange == nil)
        #expect(lines[1].nodePages == [.init(node: 0, pages: 512), .init(node: 1, pages: 1024)])
        #expect(lines[1].residentBytes == 1536 * 4096)

        #expect(lines[2].policy.mode == .bind)
        #expect(lines[2].policy.flags == [.static, .balancing])
        #expect(try lines[2].policy.nodes(in: bytes.span) == [0...1])

        #expect(lines[3].policy.mode == .preferMany)
        #expect(try lines[3].policy.nodes(in: bytes.span) == [0...0, 2...2])
        #expect(lines[3].filePath(in: bytes.span) == "/memfd:pool (deleted)")
        #expect(lines[3].mappedPages == 80)
        #expect(lines[3].mapMax == 2)
        #expect(lines[3].nodePages == [.init(node: 2, pages: 80)])

        #expect(lines[4].policy.mode == .weightedInterleave)
        #expect(try lines[4].policy.nodes(in: bytes.span) == [0...3])
        #expect(lines[4].isHuge)
        #expect(lines[4].residentBytes == 6 * 2048 * 1024)

        #expect(lines[5].isStack)
        #expect(lines[5].nodePages.isEmpty)
        #expect(lines[5].kernelPageSizeBytes == nil)
        #expect(lines[5].residentBytes == 0)
    }

    struct PolicyCase: Sendable {
        let text: String
        let mode: NUMAMapsPolicy.Mode
        let flags: NUMAMapsPolicy.Flags
        let nodes: [ClosedRange<Int>]?
    }

    static let policyCases: [PolicyCase] = [
        PolicyCase(text: "default", mode: .default, flags: [], nodes: nil),
        PolicyCase(text: "prefer:1", mode: .prefer, flags: [], nodes: [1...1]),
        PolicyCase(text: "prefer=relative:1", mode: .prefer, flags: .relative, nodes: [1...1]),
        PolicyCase(text: "bind:0-3,7", mode: .bind, flags: [], nodes: [0...3, 7...7]),
        PolicyCase(text: "bind=balancing:0", mode: .bind, flags: .balancing, nodes: [0...0]),
        // Kernels before 6.11 printed an empty flag list for a balancing-only policy.
        PolicyCase(text: "bind=:0", mode: .bind, flags: [], nodes: [0...0]),
        PolicyCase(
            text: "interleave=relative|balancing:0-1", mode: .interleave, flags: [.relative, .balancing],
            nodes: [0...1]),
        PolicyCase(text: "weighted interleave=static:2", mode: .weightedInterleave, flags: .static, nodes: [2...2]),
        PolicyCase(text: "local", mode: .local, flags: [], nodes: nil),
        PolicyCase(text: "unknown", mode: .unknown, flags: [], nodes: nil),
        PolicyCase(text: "prefer (many)=static:0", mode: .preferMany, flags: .static, nodes: [0...0]),
        PolicyCase(text: "bind=newflag:0", mode: .bind, flags: .unrecognised, nodes: [0...0]),
        PolicyCase(text: "newmode:0", mode: .unrecognised, flags: [], nodes: [0...0]),
        PolicyCase(text: "defaults", mode: .unrecognised, flags: [], nodes: nil),
        PolicyCase(text: "interleave:", mode: .interleave, flags: [], nodes: []),
    ]

    @Test(arguments: policyCases)
    func everyPolicyFormIsRead(_ policy: PolicyCase) throws {
        let (text, mode, flags, nodes) = (policy.text, policy.mode, policy.flags, policy.nodes)
        let bytes = Array("7f0000000000 \(text) anon=3 N0=3 kernelpagesize_kB=4\n".utf8)
        let line = try #require(try NUMAMaps.lines(bytes.span).first)
        #expect(line.policy.mode == mode)
        #expect(line.policy.flags == flags)
        #expect(try line.policy.nodes(in: bytes.span) == nodes)
        #expect(line.anonPages == 3)
        #expect(bytes.span.text(line.policy.range) == text)
    }

    @Test func aPolicyTextThatFillsTheKernelsBufferLosesItsLastElement() throws {
        // 14 whole numbers, and "12" of 128.
        let list = stride(from: 100, through: 160, by: 2).map(String.init).joined(separator: ",")
        let policy = "bind:\(list)".prefix(63)
        let bytes = Array("7f0000000000 \(policy) anon=1 N0=1 kernelpagesize_kB=4\n".utf8)
        let line = try #require(try NUMAMaps.lines(bytes.span).first)
        #expect(line.policy.mayBeCut)
        let nodes = try #require(try line.policy.nodes(in: bytes.span))
        #expect(nodes.first == 100...100)
        #expect(nodes.last == 126...126)
    }

    @Test func unknownWordsPass() throws {
        let text = "1000 default future=9 newword anon=2 N0=2 kernelpagesize_kB=4 more=1\n"
        let line = try #require(try lines(text).first)
        #expect(line.anonPages == 2)
        #expect(line.residentBytes == 8192)
    }
}
