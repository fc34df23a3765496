import Glibc
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Server

@Suite("Accepting without descriptors")
struct AcceptTests {
    /// A gate on a channel, and whether it lets the channel read.
    private final class Bench {
        let channel = EmbeddedChannel()
        let statistics = ServerStatistics()
        private(set) var reads = true

        init(_ limits: ServerLimits) throws {
            // A descriptor nobody has: there is no queue to send anybody away from.
            let gate = AcceptGate(descriptor: -1, limits: limits, statistics: statistics) { [unowned self] _, reads in
                self.reads = reads
            }
            try channel.pipeline.syncOperations.addHandler(gate)
        }

        func fail(_ errno: CInt) {
            channel.pipeline.fireErrorCaught(IOError(errnoCode: errno, reason: "accept"))
        }
    }

    @Test(
        "stops the listening socket from being read, and goes on after a while",
        arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func pauses(errno: CInt) throws {
        let limits = ServerLimits()
        let bench = try Bench(limits)
        for _ in 0..<3 { bench.fail(errno) }
        #expect(!bench.reads)
        bench.channel.embeddedEventLoop.advanceTime(by: limits.acceptPause - .nanoseconds(1))
        #expect(!bench.reads)
        bench.channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(bench.reads)
        bench.fail(errno)
        #expect(!bench.reads)
        #expect(bench.statistics.incidentCount(.starved) == 4)
    }

    @Test("other failures are none of its business")
    func others() throws {
        let bench = try Bench(ServerLimits())
        bench.fail(ECONNABORTED)
        #expect(bench.reads)
        #expect(throws: IOError.self) { try bench.channel.throwIfErrorCaught() }
    }

    @Test("no more connections are planned for than there are descriptors, and always one")
    func planned() {
        #expect(ServerLimits.connections(withinDescriptors: 1024) == 960)
        #expect(ServerLimits.connections(withinDescriptors: 20) == 1)
        #expect(ServerLimits.connections(withinDescriptors: Int(CInt.max)) > 4096)
    }

    @Test("memory is given back once after a burst, some time after it began")
    func memory() throws {
        let loop = EmbeddedEventLoop()
        let limits = ServerLimits()
        let times = NIOLoopBoundBox(0, eventLoop: loop)
        let memory = MemoryReturn(limits: limits) { times.value += 1 }
        for _ in 0..<limits.connectionsUntilTrim - 1 { memory.noteClosed(on: loop) }
        loop.advanceTime(by: .hours(1))
        #expect(times.value == 0)
        for _ in 0..<1000 { memory.noteClosed(on: loop) }
        loop.advanceTime(by: limits.trimDelay)
        #expect(times.value == 1)
        memory.noteAnswer(bytes: limits.bytesUntilTrim, on: loop)
        memory.noteAnswer(bytes: limits.bytesUntilTrim, on: loop)
        loop.advanceTime(by: .hours(1))
        #expect(times.value == 2)
    }
}
