import Glibc
import LinuxSystem
import Synchronization
import Testing

@Suite struct ThreadExecutorTests {
    private actor Worker {
        private let executor: ThreadExecutor
        private var count = 0

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

        init(_ executor: ThreadExecutor) { self.executor = executor }

        func thread() -> UInt { UInt(pthread_self()) }

        func threadName() throws -> String {
            try DirectoryRoot.live.readText("/proc/thread-self/comm")
        }

        func add() async -> Int {
            let before = count
            count += 1
            return before
        }

        func addAfterLeaving() async throws -> (UInt, UInt) {
            let before = thread()
            try await Task.sleep(for: .nanoseconds(1))
            return (before, thread())
        }

        nonisolated func assumed() -> Bool { assumeIsolated { _ in true } }
        func assumedInside() -> Bool { assumed() }
    }

    @Test func `an actor runs on its own named thread and on no other`() async throws {
        let worker = Worker(try ThreadExecutor(name: "a-name-longer-than-15"))
        let threads = await Set([worker.thread(), worker.thread()])
        #expect(threads.count == 1)
        #expect(!threads.contains(UInt(pthread_self())))
        #expect(try await worker.threadName() == "a-name-longer-t")
        let (before, after) = try await worker.addAfterLeaving()
        #expect(before == after)
        #expect(await worker.assumedInside())
    }

    @Test func `calls from many tasks run one after the other`() async throws {
        let worker = Worker(try ThreadExecutor(name: "worker"))
        let seen = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<200 { group.addTask { await worker.add() } }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(seen == Set(0..<200))
    }

    @Test func `the thread ends once nobody holds its executor`() async throws {
        let name = "short-lived"
        do {
            let worker = Worker(try ThreadExecutor(name: name))
            #expect(await worker.add() == 0)
            #expect(try Self.threadNames().contains(name))
        }
        while try Self.threadNames().contains(name) { await Task.yield() }
    }

    private static func threadNames() throws -> Set<String> {
        var threads: [Int32] = []
        let process = try ProcessFiles(getpid(), in: DirectoryRoot.live)
        try process.threadIDs(into: &threads)
        return Set(
            threads.compactMap { try? DirectoryRoot.live.readText("/proc/self/task/\($0)/comm") })
    }
}
