import KernelText
package import LinuxSystem
package import Snapshots
import SystemPackage

/// Tries every source numawatch takes figures from, once each, and says what became of it: the doctor's facts.
///
/// A source is tried by reading it, never by looking at permission bits: lockdown, security modules and mount options all
/// show only then. It is readable where its text is understood as well, for what was not understood is a dash in every table:
/// all files of a kind are tried, of each node, and of each process where the root is a copy. Where it fails, ``KernelSurroundings`` tells the cause, as far as it can be told on this host; a
/// cause that cannot be told is said to be so rather than guessed.
package struct SourceProbes {
    let root: any HostRoot
    let surroundings: KernelSurroundings

    /// - Parameter surroundings: What is known of this root; read from it when nil.
    package init(_ root: any HostRoot, surroundings: KernelSurroundings? = nil) {
        self.root = root
        self.surroundings = surroundings ?? KernelSurroundings(of: root)
    }

    /// All sources, in the order a reader of the doctor's table expects: totals, switches, tasks, scheduler, tracing.
    package func run() -> [SourceStatus] {
        hostSources() + memorySources() + balancingSources() + taskSources() + schedulerSources() + tracingSources()
            + kernelSources() + [ResctrlReader.status(root)].compactMap { $0 }
    }

    /// What a source is for, and what is lost without it.
    struct Description {
        var name: String
        var path: String
        var purpose: String
        var lost: String
    }

    /// Holds a file's text against what the kernel prints there.
    typealias Understanding = (Span<UInt8>) throws(KernelTextError) -> Void

    /// Tries to read a file, and to understand it.
    ///
    /// - Parameters:
    ///   - understand: What the text is held against; nil where any text will do, of which a few KiB are asked for then. An
    ///     empty file is one nobody understands.
    ///   - remedy: What would make it readable.
    func probe(
        _ source: Description, understand: Understanding? = nil, remedy: (ReadFailure) -> String?
    ) -> SourceStatus {
        var buffer: [UInt8] = []
        do {
            try root.read(
                source.path, into: &buffer,
                limitBytes: understand == nil ? Self.probeBytes : Self.understandingBytes)
        } catch {
            // A longer file has been opened and read: that is enough where it need not be understood.
            if error.kind == .tooLarge, understand == nil { return status(source, .readable) }
            return unavailable(source, error, remedy: remedy(error))
        }
        guard let understand else { return status(source, .readable) }
        guard !buffer.isEmpty else { return status(source, .malformed(reason: "the file is empty")) }
        do throws(KernelTextError) {
            try understand(buffer.span)
            return status(source, .readable)
        } catch {
            return status(source, .malformed(reason: Self.text(error, in: buffer)))
        }
    }

    /// As above for a source of several files, such as one for each node: the first that fails speaks for it.
    ///
    /// - Parameter paths: Where there is none, the path of the description is tried.
    func probe(
        _ source: Description, paths: [String], understand: @escaping Understanding, remedy: (ReadFailure) -> String?
    ) -> SourceStatus {
        var one = source
        for path in paths {
            one.path = path
            let status = probe(one, understand: understand, remedy: remedy)
            if !status.isReadable { return status }
        }
        return paths.isEmpty ? probe(source, understand: understand, remedy: remedy) : status(source, .readable)
    }

    /// What is wrong with a text, and where: `MemTotal in line 1 (byte 19): expected a decimal number`.
    static func text(_ error: KernelTextError, in bytes: [UInt8]) -> String {
        let line = bytes.prefix(error.byteOffset).count { $0 == UInt8(ascii: "\n") } + 1
        return "\(error.field) in line \(line) (byte \(error.byteOffset)): \(error.reason)"
    }

    /// Enough to see that a file can be opened and read.
    static let probeBytes = 1 << 16
    /// Above any file that is read whole; `schedstat` of 8,192 CPUs has 14 MiB.
    static let understandingBytes = 64 << 20

    func status(_ source: Description, _ state: SourceStatus.State, remedy: String? = nil) -> SourceStatus {
        SourceStatus(
            name: source.name, path: source.path, state: state, purpose: source.purpose, lostWithout: source.lost,
            remedy: remedy)
    }

    func unavailable(_ source: Description, _ failure: ReadFailure, remedy: String?) -> SourceStatus {
        let state = SourceStatus.State.unavailable(
            errno: failure.errno.rawValue, errnoName: ErrnoName.of(failure.errno))
        guard root.isLive else {
            return status(source, state, remedy: "capture the file: this root is a copy and does not hold it")
        }
        return status(source, state, remedy: remedy)
    }

    /// The remedy for a missing kernel option.
    ///
    /// - Parameter certain: Whether the file's absence alone proves the option to be off.
    func rebuilt(with option: String, certain: Bool) -> String {
        switch surroundings.has(option) {
        case .some(false): "a kernel built with \(option)=y (this one is not)"
        case .some(true): "not determinable: this kernel has \(option)=y and should have the file"
        case nil where certain: "a kernel built with \(option)=y (this one lacks the file, so it is not)"
        case nil: "most likely a kernel built with \(option)=y (\(configurationText))"
        }
    }

    private var configurationText: String {
        switch surroundings.configuration {
        case .known: "its configuration is known"
        case .compressed: "not determinable here: see zgrep CONFIG_ /proc/config.gz"
        case .absent: "not determinable: its configuration is neither in /boot nor in /proc"
        }
    }
}
