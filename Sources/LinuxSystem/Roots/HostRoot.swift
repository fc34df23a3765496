/// Where kernel text comes from: the live host, a captured directory, an archive or a test.
///
/// Paths are absolute (`/proc/vmstat`) and are resolved beneath the root, symbolic links included: nothing outside the
/// root is ever read. The same code therefore reads a live host and a capture.
package protocol HostRoot: Sendable {
    /// Whether this is the running host, whose text changes and whose processes can be asked.
    var isLive: Bool { get }

    /// How calls are made that may wait for a process; nil: at once, for as long as they take.
    var patience: Patience? { get }

    /// Reads a whole file from offset 0, without asking for its size, which pseudo-files do not know.
    ///
    /// - Parameters:
    ///   - buffer: Its contents are replaced and its capacity is kept; it is empty after a failure.
    ///   - limitBytes: A longer file fails with `tooLarge`.
    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure)

    /// The names in a directory, without `.` and `..`, sorted by their bytes.
    func list(_ directory: String) throws(ReadFailure) -> [String]

    /// Where a symbolic link points, as written in it.
    func linkTarget(_ path: String) throws(ReadFailure) -> String

    /// Holds a directory, so that what is read through it stays with that one directory: a process whose number is
    /// used again is noticed.
    func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory

    /// The run time of all threads of a process, those on a CPU now and those that have ended included, nanoseconds; nil
    /// for a copy of a host, and where there is no such process.
    ///
    /// Exact, and cheaper than any file: `thread_group_cputime`, kernel/sched/cputime.c. It needs no privilege. The number is
    /// that of our own PID namespace, which `/proc` need not be of.
    func processRunNanoseconds(_ pid: Int32) -> UInt64?
}

extension HostRoot {
    package var patience: Patience? { nil }

    package func processRunNanoseconds(_ pid: Int32) -> UInt64? { nil }

    /// The bound where the caller names none: 64 MiB, well above the largest file read whole (`numa_maps` of 65,530
    /// mappings is about 10 MB).
    package static var defaultReadLimitBytes: Int { 64 << 20 }

    /// Reads a whole file with the default bound.
    package func read(_ path: String, into buffer: inout [UInt8]) throws(ReadFailure) {
        try read(path, into: &buffer, limitBytes: Self.defaultReadLimitBytes)
    }

    /// A whole file as bytes.
    package func readBytes(_ path: String, limitBytes: Int? = nil) throws(ReadFailure) -> [UInt8] {
        var buffer: [UInt8] = []
        try read(path, into: &buffer, limitBytes: limitBytes ?? Self.defaultReadLimitBytes)
        return buffer
    }

    /// A whole file as text without the newline that ends it. Bytes that are not UTF-8 become U+FFFD.
    package func readText(_ path: String, limitBytes: Int? = nil) throws(ReadFailure) -> String {
        var buffer = try readBytes(path, limitBytes: limitBytes)
        if buffer.last == UInt8(ascii: "\n") { buffer.removeLast() }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Whether a file can be opened or a directory listed. For a choice between two forms of a source; where the reason
    /// matters, read and look at the failure.
    package func exists(_ path: String) -> Bool {
        do {
            _ = try openDirectory(path)
            return true
        } catch {
            guard error.kind == .wrongType else { return false }
        }
        do {
            var buffer: [UInt8] = []
            try read(path, into: &buffer, limitBytes: 0)
            return true
        } catch {
            return error.kind == .tooLarge
        }
    }

    /// Whether there is anything in the `proc` or the `sys` of a directory: else it is no host, and nothing can be told of
    /// it.
    ///
    /// - Parameter directory: Without a slash at its end; empty for the root's own top.
    package func holdsMachine(in directory: String = "") -> Bool {
        ["/proc", "/sys"].contains { ((try? list(directory + $0)) ?? []).isEmpty == false }
    }

    package func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory {
        _ = try list(path)
        return HostDirectory(path: path, root: self)
    }
}
