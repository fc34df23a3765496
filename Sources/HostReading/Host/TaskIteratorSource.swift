package import LinuxSystem
package import Snapshots
import SystemPackage
package import TaskIterator

/// The iterator as a source: where it is, whether it may be used here, and what an administrator can do about it.
package enum TaskIteratorSource {
    package static let name = "iterator"
    /// What makes it another one.
    package static let restart = "systemctl restart numawatch-iterator"
    private static let start = "systemctl enable --now numawatch-iterator (docs/iterator.md)"

    /// The inode of the PID namespace of boot (`PROC_PID_INIT_INO`, include/linux/proc_ns.h, since 3.8).
    private static let initialNamespace = "pid:[4026531836]"

    /// What is to be said of it.
    package static func status(_ state: SourceStatus.State, remedy: String?) -> SourceStatus {
        SourceStatus(
            name: name, path: TaskIteratorFile.pin, state: state,
            purpose:
                "every thread at once, with its state, open window, scan period, next scan and NUMA group as the kernel has "
                + "them",
            lostWithout:
                "scan periods and next scans, open windows, local and remote faults of threads, active nodes and CPU "
                + "shares of NUMA groups, and the cheaper reading; ledgers are read from /proc", remedy: remedy)
    }

    /// What is in the way of using it, other than that it cannot be read.
    package static func obstacle(to root: any HostRoot) -> (state: SourceStatus.State, remedy: String?)? {
        guard let link = try? root.linkTarget("/proc/self/ns/pid"), link.hasPrefix("pid:["), link != initialNamespace
        else {
            return ProcessNumbers.areForeign(in: root)
                ? (.notApplicable(reason: "/proc is that of another PID namespace than ours"), nil) : nil
        }
        return (
            .notApplicable(
                reason: "it has the numbers of the initial PID namespace, and this is the view from another"), nil
        )
    }

    /// Opens the directory it is in: that of the unit's mount, or that of the BPF file system.
    package static func withFile<Value>(
        in root: any HostRoot, _ body: (borrowing HostDirectory, String) throws(ReadFailure) -> Value
    ) throws(ReadFailure) -> Value {
        let (mounted, pinned) = (split(TaskIteratorFile.mounted), split(TaskIteratorFile.pin))
        do throws(ReadFailure) {
            return try body(try root.openDirectory(mounted.directory), mounted.name)
        } catch {
            guard error.kind == .missing else { throw error }
            do throws(ReadFailure) {
                return try body(try root.openDirectory(pinned.directory), pinned.name)
            } catch let other {
                // Where the mount is there, what is missing behind it is what counts.
                throw error.path == mounted.directory ? other : error
            }
        }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        let parts = path.split(separator: "/")
        return ("/" + parts.dropLast().joined(separator: "/"), String(parts.last ?? ""))
    }

    /// What a failure to read it means.
    package static func failure(_ failure: ReadFailure) -> (state: SourceStatus.State, remedy: String?) {
        switch failure.errno {
        case .noSuchFileOrDirectory: (.notApplicable(reason: "it is not switched on"), start)
        case .permissionDenied where failure.path == "/sys/fs/bpf/numawatch":
            (.notApplicable(reason: "not switched on, as far as can be seen: /sys/fs/bpf is root's alone"), start)
        case Self.wrongVersion: (.malformed(reason: "it is of another version than this program"), restart)
        case Self.wrongShape: (.malformed(reason: "its records contradict themselves"), restart)
        default:
            (
                .unavailable(errno: failure.errno.rawValue, errnoName: ErrnoName.of(failure.errno)),
                failure.kind == .permission
                    ? "\(restart): its group must be numawatchd's, its mode 0440" : nil
            )
        }
    }

    /// EPROTONOSUPPORT and EBADMSG: what is read is no text that a parser's error could tell of.
    private static let wrongVersion = Errno.protocolNotSupported
    private static let wrongShape = Errno.badMessage

    /// A record that cannot be understood, as a failure to read the file.
    package static func readFailure(_ defect: TaskRecord.Defect) -> ReadFailure {
        switch defect {
        case .version: ReadFailure(.read, TaskIteratorFile.pin, wrongVersion)
        case .malformed: ReadFailure(.read, TaskIteratorFile.pin, wrongShape)
        }
    }

    /// Tries it: reads the first piece of a sweep.
    package static func probe(_ root: any HostRoot) -> SourceStatus? {
        guard root.isLive else { return nil }
        if let obstacle = obstacle(to: root) { return status(obstacle.state, remedy: obstacle.remedy) }
        do throws(ReadFailure) {
            var defect: TaskRecord.Defect?
            var scratch: [UInt8] = []
            _ = try withFile(in: root) { directory, name throws(ReadFailure) in
                try directory.readChunks(name, chunkBytes: 32 << 10, limitBytes: 64 << 20, scratch: &scratch) {
                    piece, _ in
                    do throws(TaskRecord.Defect) {
                        if try TaskRecord.byteCount(piece, at: 0) == nil { defect = .malformed }
                    } catch {
                        defect = error
                    }
                    return false
                }
            }
            if let defect { throw readFailure(defect) }
            return status(.readable, remedy: nil)
        } catch {
            let found = failure(error)
            return status(found.state, remedy: found.remedy)
        }
    }
}

extension TaskIteratorSource {
    /// Where the NUMA groups of threads lie among each other, by thread: for who reads ledgers from `/proc` and wants no more
    /// than that.
    ///
    /// - Returns: Empty where there is no iterator that can be read, and for threads in no group.
    package static func groupOrders(in root: any HostRoot) -> [Int32: UInt64] {
        guard root.isLive, obstacle(to: root) == nil else { return [:] }
        var bytes: [UInt8] = []
        do throws(ReadFailure) {
            try withFile(in: root) { directory, name throws(ReadFailure) in
                try directory.read(name, into: &bytes, limitBytes: 1 << 30)
            }
        } catch {
            return [:]
        }
        var orders: [Int32: UInt64] = [:]
        var place = 0
        while place < bytes.count, let count = try? TaskRecord.byteCount(bytes.span, at: place),
            let record = try? TaskRecord(bytes.span, at: place)
        {
            if let group = record.group { orders[record.tid] = group.identity }
            place += count
        }
        return orders
    }
}
