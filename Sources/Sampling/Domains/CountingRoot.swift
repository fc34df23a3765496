import LinuxSystem
import Synchronization

/// A root that counts what is read through it: the account of readers that keep none of their own.
final class CountingRoot: HostRoot {
    private let base: any HostRoot
    private let counted = Mutex(ReadAccount())

    init(_ base: any HostRoot) {
        self.base = base
    }

    var account: ReadAccount { counted.withLock { $0 } }

    var isLive: Bool { base.isLive }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        try base.read(path, into: &buffer, limitBytes: limitBytes)
        counted.withLock { $0.add(buffer) }
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] {
        try base.list(directory)
    }

    func linkTarget(_ path: String) throws(ReadFailure) -> String {
        try base.linkTarget(path)
    }

    func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory {
        try base.openDirectory(path)
    }
}
