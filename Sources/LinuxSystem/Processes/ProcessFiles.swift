/// The files of one process, held by its directory so that a reused process number is noticed.
///
/// On the live host the directory's descriptor belongs to that one process: once it has exited, everything read through
/// it fails with `gone`, whoever has the number now. (Reading through a path would silently answer for the new one.)
package struct ProcessFiles: ~Copyable, Sendable {
    /// The process, as the root numbers it.
    package let pid: Int32
    private let directory: HostDirectory

    /// The bound on what is read whole: `sched` and `status` take a few KiB, a cgroup path at most 4 KiB per line.
    package static let defaultReadLimitBytes = 1 << 20

    /// Holds `/proc/<pid>`.
    ///
    /// - Throws: `gone` when there is no such process.
    package init(_ pid: Int32, in root: any HostRoot) throws(ReadFailure) {
        self.pid = pid
        directory = try root.openDirectory("/proc/\(pid)")
    }

    /// The process's effective user now, asked without reading a file; nil in a copy of a host.
    package var effectiveUserID: UInt32? { directory.ownerUserID }

    /// Reads a file whole (`stat`, `task/12/sched`); see `HostRoot.read(_:into:limitBytes:)`.
    package func read(
        _ name: String, into buffer: inout [UInt8], limitBytes: Int = defaultReadLimitBytes
    ) throws(ReadFailure) {
        try directory.read(name, into: &buffer, limitBytes: limitBytes)
    }

    /// The threads, in the order the kernel gives: the oldest first. Storage is used again.
    package func threadIDs(into threads: inout [Int32]) throws(ReadFailure) {
        try directory.numbers(in: "task", into: &threads)
    }

    /// Where a link (`exe`, `cwd`) points.
    package func linkTarget(_ name: String) throws(ReadFailure) -> String {
        try directory.linkTarget(name)
    }

    /// Waits, where that can be ended, until the process's `mmap_lock` can be had; see `HostDirectory.passMemoryLock`.
    package func passMemoryLock() { directory.passMemoryLock() }

    /// Reads a file in chunks, measuring each read(2); see `HostDirectory.readChunks`.
    package func readChunks(
        _ name: String, chunkBytes: Int, limitBytes: Int = 64 << 20, scratch: inout [UInt8],
        _ body: (_ chunk: Span<UInt8>, _ nanoseconds: UInt64) -> Bool
    ) throws(ReadFailure) -> ChunkedRead {
        try directory.readChunks(
            name, chunkBytes: chunkBytes, limitBytes: limitBytes, scratch: &scratch, body)
    }
}

extension HostRoot {
    /// The processes, in the order the root lists them. Storage is used again.
    package func processIDs(into processes: inout [Int32]) throws(ReadFailure) {
        try openDirectory("/proc").numbers(in: ".", into: &processes)
    }
}
