package import LinuxSystem
package import Snapshots
import SystemPackage

/// Tries every source numawatch takes figures from, once each, and says what became of it: the doctor's facts.
///
/// A source is tried by reading it, never by looking at permission bits: lockdown, security modules and mount options all
/// show only then. Where it fails, ``KernelSurroundings`` tells the cause, as far as it can be told on this host; a
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
        hostSources() + balancingSources() + taskSources() + schedulerSources() + tracingSources() + kernelSources()
    }

    /// What a source is for, and what is lost without it.
    struct Description {
        var name: String
        var path: String
        var purpose: String
        var lost: String
    }

    /// Tries to read a file. At most a few KiB are asked for: whether it can be read is all that matters.
    func probe(_ source: Description, remedy: (ReadFailure) -> String?) -> SourceStatus {
        var buffer: [UInt8] = []
        do {
            try root.read(source.path, into: &buffer, limitBytes: Self.probeBytes)
            return status(source, .readable)
        } catch {
            if error.kind == .tooLarge { return status(source, .readable) }
            return unavailable(source, error, remedy: remedy(error))
        }
    }

    /// A longer file has been opened and read: that is enough.
    static let probeBytes = 1 << 16

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
