import LinuxSystem
import Snapshots
import Synchronization
import Testing

@testable import DaemonRuntime

@Suite("Sources for whoever asks")
struct SourceRefresherTests {
    private static let sources = [
        SourceStatus(name: "a", path: "/a", state: .readable, purpose: "p", lostWithout: "l")
    ]

    /// A thread of the sampler that answers when the test says so.
    private final class Thread: Sendable {
        private let waiting = Mutex<[CheckedContinuation<[SourceStatus], Never>]>([])

        var attempts: Int { waiting.withLock { $0.count } }

        func attempt() async -> [SourceStatus] {
            await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
        }

        func answer() {
            let all = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            for continuation in all { continuation.resume(returning: SourceRefresherTests.sources) }
        }
    }

    @Test("all who ask while they are tried get what is found then, and they are tried once")
    func triesOnce() async {
        let (thread, time) = (Thread(), ManualTime())
        let refresher = SourceRefresher(time: time) { await thread.attempt() }
        let first = Task { await refresher.fresh() }
        let second = Task { await refresher.fresh() }
        // Both wait, each with a limit of its own.
        while time.sleeperCount < 2 || thread.attempts < 1 { await Task.yield() }
        #expect(thread.attempts == 1)
        thread.answer()
        #expect(await first.value == Self.sources)
        #expect(await second.value == Self.sources)
    }

    @Test("nobody waits longer than two seconds for a thread that is busy, and one attempt is enough for all of them")
    func givesUp() async {
        let (thread, time) = (Thread(), ManualTime())
        let refresher = SourceRefresher(time: time) { await thread.attempt() }
        for _ in 0..<3 {
            let asking = Task { await refresher.fresh() }
            while time.sleeperCount < 1 || thread.attempts < 1 { await Task.yield() }
            time.advance(byNanoseconds: SourceRefresher.patienceNanoseconds)
            #expect(await asking.value == nil)
        }
        #expect(thread.attempts == 1)
        thread.answer()
    }

    @Test("a client that goes away is waited for no longer")
    func cancelled() async {
        let (thread, time) = (Thread(), ManualTime())
        let refresher = SourceRefresher(time: time) { await thread.attempt() }
        let asking = Task { await refresher.fresh() }
        while thread.attempts < 1 { await Task.yield() }
        asking.cancel()
        #expect(await asking.value == nil)
        thread.answer()
    }
}
