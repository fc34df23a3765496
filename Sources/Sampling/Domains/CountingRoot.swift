import LinuxSystem
import Synchronization

/// A root that counts what is read through it, and what could not be: the account of readers that keep none of their own.
final class CountingRoot: HostRoot {
    private let base: any HostRoot
    private let counted = Mutex(ReadAccount())
    private let failed = Mutex<UInt64>(0)

    init(_ base: any HostRoot) {
        self.base = base
    }

    var account: ReadAccount { counted.withLock { $0 } }

    /// What failed for want of descriptors or memory, and so says nothing of the host. Whoever finds that this has grown
    /// while it read has read nothing.
    var shortages: UInt64 { failed.withLock { $0 } }

    var isLive: Bool { base.isLive }

    var patience: Patience? { base.patience }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        do {
            try base.read(path, into: &buffer, limitBytes: limitBytes)
        } catch {
            throw noted(error)
        }
        counted.withLock { $0.add(buffer) }
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] {
        do { return try base.list(directory) } catch { throw noted(error) }
    }

    func linkTarget(_ path: String) throws(ReadFailure) -> String {
        do { return try base.linkTarget(path) } catch { throw noted(error) }
    }

    func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory {
        do { return try base.openDirectory(path) } catch { throw noted(error) }
    }

    private func noted(_ failure: ReadFailure) -> ReadFailure {
        if failure.isShortage { failed.withLock { $0 += 1 } }
        return failure
    }
}
