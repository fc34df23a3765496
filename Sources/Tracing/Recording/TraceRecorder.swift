package import LinuxSystem
import SystemPackage

/// Records the hint-fault path of this host into a `trace.dat`.
///
/// The pages are stored as the kernel wrote them; nothing is decoded. They come from the CPUs in turn, but a `trace.dat`
/// has the pages of each CPU together: until the end they lie in a nameless file beside the output, in the order they
/// came, and a list of their places is kept for each CPU (4 bytes per page, 1 MiB per 1 GiB of trace).
package final class TraceRecorder {
    package let capability: TraceCapability

    private let path: String
    private var layout: TraceDatLayout
    private let spool: OwnedDescriptor
    private let time: any TimeSource
    private var trace: OpenTrace?
    private let pageBytes: Int
    /// For each CPU, its pages: their places in the spool, in pages.
    private var places: [[UInt32]]
    private var spooledPages: UInt32 = 0
    private var page: [UInt8] = []
    private var tally: RecordTally

    /// Sets the trace up and starts it.
    ///
    /// - Parameters:
    ///   - path: The file that `finish` makes.
    ///   - configuration: See there; the instance's name should be one of a recording.
    package init(
        path: String, _ configuration: TraceSessionConfiguration, uname: String, time: any TimeSource = SystemTime()
    ) throws(TraceSessionError) {
        self.path = path
        self.time = time
        do throws(Errno) {
            spool = try OwnedDescriptor(scratchBeside: path)
        } catch {
            throw TraceSessionError(.refused, "write beside", path, errno: error.rawValue, reason: "\(error)")
        }
        var trace = try OpenTrace(configuration, mechanisms: [.kprobes, .fprobes])
        do throws(TraceSessionError) {
            do throws(SystemFailure) {
                tally = try RecordTally(trace.pageFormat, trace.setup.layouts.mapValues(\.kind))
            } catch {
                throw TraceSessionError(.refused, error)
            }
            // Reading symbols and formats takes seconds on a slow host: the start ledgers shall follow the start at once.
            layout = try trace.recordingLayout(uname: uname)
            try trace.start(configuration.filter)
        } catch {
            _ = trace.close()
            throw error
        }
        capability = trace.setup.capability
        pageBytes = trace.pageFormat.pageBytes
        places = Array(repeating: [], count: (trace.cpus.max() ?? 0) + 1)
        self.trace = consume trace
    }

    deinit { _ = trace.take()?.close() }

    /// The name of this process's instance.
    package static func instanceName(pid: Int32) -> String { "\(TraceCleanup.recordingPrefix)\(pid)" }

    /// Bytes of events so far.
    package var recordedBytes: UInt64 { UInt64(spooledPages) * UInt64(pageBytes) }

    /// Events so far, by kind, as far as they have left the kernel's buffers. Marks are no events.
    package var eventCounts: [TraceEventKind: UInt64] { tally.counts }

    /// The fill and losses of the buffers now.
    package var cpuStatistics: [TraceStatistics.CPU] { trace?.cpuStatistics() ?? [] }

    /// Waits for events, at most for the time given, and stores what there is.
    package func poll(timeoutMilliseconds: Int) throws(TraceSessionError) {
        try trace?.wait(timeoutMilliseconds: timeoutMilliseconds)
        try store(pagesPerCPU: 1024)
    }

    /// Writes a mark into the trace. A text that no longer fits is left out: a recording does without it.
    package func mark(_ text: [UInt8]) {
        try? trace?.mark(String(decoding: text, as: UTF8.self))
    }

    private func store(pagesPerCPU: Int) throws(TraceSessionError) {
        guard let cpus = trace?.cpus else { return }
        for (index, cpu) in cpus.enumerated() {
            var count = 0
            while count < pagesPerCPU, try trace?.read(index, into: &page) ?? false {
                try append(cpu)
                count += 1
            }
        }
    }

    private func append(_ cpu: Int) throws(TraceSessionError) {
        tally.add(page.span)
        page += repeatElement(0, count: max(0, pageBytes - page.count))
        do throws(SystemFailure) {
            try Output.write(page, to: spool.rawValue)
        } catch {
            throw TraceSessionError(
                .refused, "write beside", path, errno: error.errno.rawValue, reason: "\(error.errno)")
        }
        places[cpu].append(spooledPages)
        spooledPages += 1
    }

    // MARK: The end

    /// Stops, stores the rest, removes the instance and writes the file.
    ///
    /// - Parameter appendHost: Writes the tar archive of the host's files to a descriptor, at its position.
    /// - Returns: What could not be removed from tracefs.
    package func finish<E: Error>(
        appendHost: (Int32) throws(E) -> Void
    ) throws -> [TraceSessionError] {
        try trace?.pause()
        try store(pagesPerCPU: .max)
        let statistics = cpuStatistics
        layout.commandLines = trace?.commandLines() ?? []
        let leftovers = trace.take()?.close() ?? []
        do throws(Errno) {
            var file = try PendingFile(replacing: path)
            let end = try writeEvents(to: file.descriptor, statistics)
            try file.descriptor.seek(to: end)
            let header = TraceDatHostSection.header(archiveSizeBytes: 0)
            try write(header, to: file.descriptor)
            let start = end + UInt64(header.count)
            do throws(E) {
                try appendHost(file.descriptor.rawValue)
            } catch {
                throw Errno.ioError
            }
            let size = try file.descriptor.sizeBytes - start
            try file.descriptor.seek(to: end)
            try write(TraceDatHostSection.header(archiveSizeBytes: size), to: file.descriptor)
            try file.commit()
        } catch {
            throw TraceSessionError(.refused, "write", path, errno: error.rawValue, reason: "\(error)")
        }
        return leftovers
    }

    /// Writes the head and the pages.
    ///
    /// - Returns: The page boundary behind them.
    private func writeEvents(
        to file: borrowing OwnedDescriptor, _ statistics: [TraceStatistics.CPU]
    ) throws(Errno) -> UInt64 {
        var layout = layout
        for cpu in statistics {
            let text =
                "CPU: \(cpu.cpu)\nentries: \(cpu.entries)\noverrun: \(cpu.overrun)\n"
                + "commit overrun: \(cpu.commitOverrun)\ndropped events: \(cpu.droppedEvents)\n\0"
            layout.options.append(.init(id: .cpuStatistics, data: Array(text.utf8)))
        }
        let (head, sections) = layout.head(cpuSizesBytes: places.map { UInt64($0.count * pageBytes) })
        try write(head, to: file)
        var end = UInt64(head.count)
        for (cpu, section) in sections.enumerated() {
            try file.seek(to: section.offsetBytes)
            for place in places[cpu] {
                page.removeAll(keepingCapacity: true)
                _ = try spool.read(
                    at: UInt64(place) * UInt64(pageBytes), appendingTo: &page, atMost: pageBytes)
                try write(page, to: file)
            }
            end = max(end, section.endBytes)
        }
        return TraceDatLayout.aligned(end, to: UInt64(layout.pageSizeBytes))
    }

    private func write(_ bytes: [UInt8], to file: borrowing OwnedDescriptor) throws(Errno) {
        let number = file.rawValue
        do throws(SystemFailure) {
            try Output.write(bytes, to: number)
        } catch {
            throw error.errno
        }
    }
}
