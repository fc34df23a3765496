import DomainReports
import KernelText
import LinuxSystem

/// The files of a root's processes and of their cgroups that the commands read, for an archive.
struct ProcessCapture {
    /// By absolute path.
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var failures: [ReadFailure] = []

    /// Reads them. A process that ends meanwhile is left out from there on.
    ///
    /// - Parameter includesPlacement: Whether `numa_maps` is read too, in full.
    init(_ root: any HostRoot, includesPlacement: Bool) {
        var processes: [Int32] = []
        do {
            try root.processIDs(into: &processes)
        } catch {
            failures.append(error)
        }
        for pid in processes.sorted() {
            do throws(ReadFailure) {
                try add(ProcessFiles(pid, in: root), includesPlacement: includesPlacement)
            } catch {
                if error.kind != .gone { failures.append(error) }
            }
        }
        let cgroups = files.lazy.filter { $0.key.hasSuffix("/cgroup") }.map(\.value)
        files.merge(CgroupCapture(root, cgroupFiles: cgroups).files) { $1 }
    }

    private mutating func add(_ process: borrowing ProcessFiles, includesPlacement: Bool) throws(ReadFailure) {
        for name in ["stat", "status", "cgroup", "sched"] {
            try add(name, process)
        }
        if includesPlacement {
            try add("numa_maps", process)
        }
        var threads: [Int32] = []
        try process.threadIDs(into: &threads)
        for thread in threads {
            try add("task/\(thread)/stat", process)
            try add("task/\(thread)/sched", process)
        }
        // A first thread that has ended shows neither memory nor, with cgroups of version 1, the group; another does.
        guard let other = threads.first(where: { $0 != process.pid }), let stat = files["/proc/\(process.pid)/stat"],
            (try? TaskStat(parsing: stat.span))?.isDead == true
        else { return }
        for name in ["status", "cgroup"] + (includesPlacement ? ["numa_maps"] : []) {
            try add("task/\(other)/\(name)", process)
        }
    }

    /// Adds one file; only the end of the process itself is an error.
    private mutating func add(_ name: String, _ process: borrowing ProcessFiles) throws(ReadFailure) {
        var bytes: [UInt8] = []
        do throws(ReadFailure) {
            try process.read(name, into: &bytes, limitBytes: 64 << 20)
            files["/proc/\(process.pid)/\(name)"] = bytes
        } catch {
            if error.kind == .gone { throw error }
            if error.kind != .missing { failures.append(error) }
        }
    }
}
