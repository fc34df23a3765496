import Glibc
import SystemPackage

/// The raw pages of every CPU of a trace instance (`per_cpu/cpuN/trace_pipe_raw`).
///
/// A read(2) takes a page out of the ring buffer: the part of the newest page that is written, or a whole one. It never
/// waits; `wait` does.
@safe package struct RawPageReader: ~Copyable {
    /// The CPUs, ascending: their place here is what the other calls name a CPU by.
    package let cpus: [Int]
    private let pageBytes: Int
    private var descriptors: [pollfd]
    private let instance: String

    /// Opens all CPUs.
    ///
    /// - Parameter cpus: Numbers of the CPUs, as in `per_cpu`.
    package init(
        _ instance: borrowing TraceInstance, cpus: [Int], page: TracePageFormat
    ) throws(SystemFailure) {
        self.cpus = cpus
        self.instance = instance.name
        pageBytes = page.pageBytes
        var opened: [pollfd] = []
        do throws(SystemFailure) {
            for cpu in cpus {
                opened.append(
                    pollfd(fd: try instance.openPages(ofCPU: cpu).release(), events: Int16(POLLIN), revents: 0))
            }
        } catch {
            for descriptor in opened { _ = close(descriptor.fd) }
            throw error
        }
        descriptors = opened
    }

    deinit {
        for descriptor in descriptors { _ = close(descriptor.fd) }
    }

    /// Waits until some CPU's buffer is filled to the watermark (`buffer_percent`), or time is up.
    ///
    /// A signal ends it early.
    package mutating func wait(timeoutMilliseconds: Int) throws(SystemFailure) {
        let count = nfds_t(descriptors.count)
        let timeout = Int32(clamping: timeoutMilliseconds)
        let result = unsafe poll(&descriptors, count, timeout)
        if result < 0, errno != EINTR {
            throw SystemFailure("wait for", "the buffers of the trace instance \(instance)", Errno(rawValue: errno))
        }
    }

    /// Takes the next page of a CPU.
    ///
    /// - Parameters:
    ///   - index: The CPU's place in `cpus`.
    ///   - page: Replaced by the page; empty if the CPU has nothing.
    /// - Returns: Whether there was one.
    package func read(_ index: Int, into page: inout [UInt8]) throws(SystemFailure) -> Bool {
        page.removeAll(keepingCapacity: true)
        let descriptor = descriptors[index].fd
        var count = 0
        do {
            try page.append(addingCapacity: pageBytes) { (span: inout OutputSpan<UInt8>) throws(Errno) in
                try unsafe span.withUnsafeMutableBufferPointer { (storage, initializedCount) throws(Errno) in
                    let start = storage.baseAddress
                    count = try calling(.read) { unsafe Glibc.read(descriptor, start, pageBytes) }
                    initializedCount = count
                }
            }
        } catch {
            // Nothing to read, or a CPU that was never online.
            if error == .wouldBlock || error == .resourceTemporarilyUnavailable { return false }
            throw SystemFailure("read", "CPU \(cpus[index]) of the trace instance \(instance)", error)
        }
        return count > 0
    }
}
