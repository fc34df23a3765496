import CTraceFS
import Glibc
import SystemPackage

/// A private instance of tracefs: buffers, events and filters of its own (`instances/NAME`).
///
/// The global buffer is never touched. The value going away frees memory only; `remove` removes the instance.
@safe package struct TraceInstance: ~Copyable {
    package let name: String
    package let fileSystem: TraceFileSystem
    private let functions: TraceFSFunctions
    private let handle: OpaquePointer

    /// Makes the instance.
    ///
    /// - Throws: `EEXIST` if it is there already; `EBUSY` of `remove` tells whether someone uses it. Where libtracefs is
    ///   not installed, nothing was made, and the failure names its package.
    package init(creating name: String, in fileSystem: TraceFileSystem) throws(SystemFailure) {
        let functions = try TraceFSFunctions()
        let directory = "\(fileSystem.path)/instances/\(name)"
        guard unsafe mkdir(directory, 0o700) == 0 else {
            throw fileSystem.failure("make the trace instance", "instances/\(name)", Errno(rawValue: errno))
        }
        guard let handle = unsafe functions.table.tracefs_instance_alloc(fileSystem.path, name) else {
            _ = unsafe rmdir(directory)
            throw fileSystem.failure("use the trace instance", "instances/\(name)", .noMemory)
        }
        unsafe self.handle = handle
        self.functions = functions
        self.name = name
        self.fileSystem = fileSystem
    }

    deinit {
        unsafe functions.table.tracefs_instance_free(handle)
    }

    /// Removes an instance with its buffers; its events are switched off by that.
    ///
    /// - Throws: `EBUSY` as long as anyone holds one of its buffers open, and then nothing has changed.
    package static func remove(_ name: String, in fileSystem: TraceFileSystem) throws(SystemFailure) {
        guard unsafe rmdir("\(fileSystem.path)/instances/\(name)") == 0 else {
            throw fileSystem.failure("remove the trace instance", "instances/\(name)", Errno(rawValue: errno))
        }
    }

    private func path(_ file: String) -> String { "instances/\(name)/\(file)" }

    /// Reads one of the instance's files.
    package func read(_ file: String) throws(SystemFailure) -> [UInt8] { try fileSystem.read(path(file)) }

    /// Whether the instance has a file.
    package func has(_ file: String) -> Bool { unsafe functions.table.tracefs_file_exists(handle, file) }

    /// Writes one of the instance's files.
    package func write(_ text: String, to file: String, isAppending: Bool = false) throws(SystemFailure) {
        try fileSystem.write(text, to: path(file), isAppending: isAppending)
    }

    /// Sets the buffer of each CPU.
    ///
    /// - Parameter bytes: The kernel rounds up to pages.
    /// - Throws: `ENOMEM` where the kernel has no room for it.
    package func setBufferBytesPerCPU(_ bytes: Int) throws(SystemFailure) {
        let kibibytes = max(1, (bytes + 1023) / 1024)
        guard unsafe functions.table.tracefs_instance_set_buffer_size(handle, kibibytes, -1) == 0 else {
            throw fileSystem.failure("set the size of", path("buffer_size_kb"), Errno(rawValue: errno))
        }
    }

    /// Switches an event of this instance on or off.
    package func setEvent(_ system: String, _ event: String, isOn: Bool) throws(SystemFailure) {
        let status =
            unsafe isOn
            ? functions.table.tracefs_event_enable(handle, system, event)
            : functions.table.tracefs_event_disable(handle, system, event)
        guard status == 0 else {
            throw fileSystem.failure(
                isOn ? "switch on" : "switch off", path("events/\(system)/\(event)"), Errno(rawValue: errno))
        }
    }

    /// Starts or stops writing to the buffers.
    package func setTracing(isOn: Bool) throws(SystemFailure) {
        let status =
            unsafe isOn ? functions.table.tracefs_trace_on(handle) : functions.table.tracefs_trace_off(handle)
        guard status == 0 else {
            throw fileSystem.failure(isOn ? "start" : "stop", path("tracing_on"), Errno(rawValue: errno))
        }
    }

    /// Opens the raw pages of a CPU, without waiting for data.
    package func openPages(ofCPU cpu: Int) throws(SystemFailure) -> OwnedDescriptor {
        let file = "per_cpu/cpu\(cpu)/trace_pipe_raw"
        let number = unsafe functions.table.tracefs_instance_file_open(
            handle, file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw fileSystem.failure("open", path(file), Errno(rawValue: errno)) }
        return OwnedDescriptor(adopting: number)
    }
}
