import CTraceFS
import Glibc
import SystemPackage

/// A library that only tracing needs, loaded when it is first used: this is the one place where that happens.
///
/// The functions are those of `CTraceFS`, with the types that the library's own header gives them. A library stays loaded:
/// what it made may outlive whoever asked for it.
struct TraceLibrary {
    /// As the dynamic linker looks for it: `libtracefs.so.1`.
    let soname: String
    /// The Debian package it is in.
    let package: String

    /// Instances and files of tracefs; needs the other one.
    static let tracefs = TraceLibrary(soname: "libtracefs.so.1", package: "libtracefs1")
    /// Formats of events, and pages of the ring buffer: all that reading a recording needs.
    static let traceEvent = TraceLibrary(soname: "libtraceevent.so.1", package: "libtraceevent1")

    /// Loads it and finds its functions.
    ///
    /// - Parameter find: Fills a table; returns the name of a function that is missing.
    /// - Throws: `ENOENT` where the library is not installed or one it needs is not, `ENOSYS` where it is another than was
    ///   built for; either names the package.
    func load<Table>(
        _ table: Table, _ find: (UnsafeMutableRawPointer, inout Table) -> UnsafePointer<CChar>?
    ) throws(SystemFailure) -> Table {
        guard let handle = unsafe dlopen(soname, RTLD_NOW | RTLD_LOCAL) else {
            throw SystemFailure(
                "load", soname, .noSuchFileOrDirectory, remedy: "install the Debian package \(package)")
        }
        var table = table
        if let missing = unsafe find(handle, &table) {
            throw SystemFailure(
                "find \(unsafe String(cString: missing)) in", soname, .noFunction,
                remedy: "install the Debian package \(package) of the release that numawatch was built for")
        }
        return table
    }
}

/// The functions of libtracefs.
@safe struct TraceFSFunctions: @unchecked Sendable {
    let table: numawatch_tracefs

    /// - Throws: See ``TraceLibrary/load(_:_:)``. A library that was installed meanwhile is found.
    init(_ library: TraceLibrary = .tracefs) throws(SystemFailure) {
        unsafe table = try library.load(numawatch_tracefs()) { unsafe numawatch_find_tracefs($0, &$1) }
        table.tracefs_set_loglevel(TEP_LOG_NONE)
    }
}

/// The functions of libtraceevent.
@safe struct TraceEventFunctions: @unchecked Sendable {
    let table: numawatch_traceevent

    /// - Throws: See ``TraceLibrary/load(_:_:)``.
    init(_ library: TraceLibrary = .traceEvent) throws(SystemFailure) {
        unsafe table = try library.load(numawatch_traceevent()) { unsafe numawatch_find_traceevent($0, &$1) }
        table.tep_set_loglevel(TEP_LOG_NONE)
    }
}
