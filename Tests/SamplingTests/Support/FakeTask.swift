import LinuxSystem

/// A process or thread made up for a test, and the text the kernel would print of it.
struct FakeTask {
    var pid: Int32
    var command = "work"
    var state = "S"
    var flags: UInt64 = 0x40_0000
    var userTicks: UInt64 = 0
    var startTicks: UInt64 = 1000
    var residentPages: Int64 = 100
    var cpu = 0
    var runtimeNanoseconds: UInt64 = 0
    var migrated: UInt64 = 0
    var preferredNode = -1
    var group = 0
    /// Private and shared faults of node 0, 1, …
    var faults: [(private: UInt64, shared: UInt64)] = [(0, 0), (0, 0)]
    var scanSequence = 3
    var uid = 1000
    var cgroup = "/system.slice/work.service"
    var allowedCPUs = "0-1"
    /// `se.nr_migrations`; nil where the kernel does not print it.
    var migrations: UInt64?

    static let forkedWithoutExec: UInt64 = 0x40
    static let kernelThread: UInt64 = 0x20_0000

    func stat(threads: Int = 1) -> String {
        "\(pid) (\(command)) \(state) 1 1 1 0 -1 \(flags) 0 0 0 0 \(userTicks) 0 0 0 20 0 \(threads) 0 \(startTicks) 0 "
            + "\(residentPages) 0 0 0 0 0 0 0 0 0 0 0 0 0 17 \(cpu) 0 0 0 0 0\n"
    }

    /// `sched`, torn where the total is told to be another than the sum.
    func sched(threads: Int = 1, total: UInt64? = nil) -> String {
        var text = "\(command) (\(pid), #threads: \(threads))\n" + String(repeating: "-", count: 67) + "\n"
        let fraction = String(runtimeNanoseconds % 1_000_000)
        let digits = String(repeating: "0", count: 6 - fraction.count) + fraction
        text += "se.sum_exec_runtime                          : \(runtimeNanoseconds / 1_000_000).\(digits)\n"
        if let migrations { text += "se.nr_migrations                             : \(migrations)\n" }
        text += "mm->numa_scan_seq                            : \(scanSequence)\n"
        text += "numa_pages_migrated                          : \(migrated)\n"
        text += "numa_preferred_nid                           : \(preferredNode)\n"
        let sum = faults.reduce(0) { $0 + $1.private + $1.shared }
        text += "total_numa_faults                            : \(total ?? sum)\n"
        text += "current_node=0, numa_group_id=\(group)\n"
        for (node, fault) in faults.enumerated() {
            text += "numa_faults node=\(node) task_private=\(fault.private) task_shared=\(fault.shared) "
            text += "group_private=0 group_shared=0\n"
        }
        return text
    }

    var schedstat: String { "\(runtimeNanoseconds) 0 1\n" }

    var status: String {
        """
        Name:\t\(command)
        Uid:\t\(uid)\t\(uid)\t\(uid)\t\(uid)
        VmRSS:\t400 kB
        Cpus_allowed_list:\t\(allowedCPUs)
        Mems_allowed_list:\t0-1

        """
    }
}

extension MemoryRoot {
    /// A host of two nodes with two CPUs each, and no processes.
    static var twoNodes: MemoryRoot {
        var root = MemoryRoot(files: [
            "/sys/devices/system/cpu/possible": "0-3\n", "/sys/devices/system/cpu/online": "0-3\n",
            "/sys/devices/system/node/online": "0-1\n",
            "/sys/devices/system/node/node0/cpulist": "0-1\n", "/sys/devices/system/node/node1/cpulist": "2-3\n",
            "/sys/devices/system/node/node0/distance": "10 21\n", "/sys/devices/system/node/node1/distance": "21 10\n",
            "/proc/sys/kernel/osrelease": "6.12.0-fake\n", "/proc/sys/kernel/hostname": "fake\n",
        ])
        root.addDirectory("/proc")
        return root
    }

    /// Adds a process, or puts it in another state: its own files, and those of its threads where it has more than one.
    mutating func put(_ task: FakeTask, threads: [FakeTask] = []) {
        let directory = "/proc/\(task.pid)"
        let count = max(threads.count, 1)
        addFile("\(directory)/stat", text: task.stat(threads: count))
        addFile("\(directory)/sched", text: task.sched(threads: count))
        addFile("\(directory)/status", text: task.status)
        addFile("\(directory)/cgroup", text: "0::\(task.cgroup)\n")
        remove("\(directory)/task")
        for thread in threads.isEmpty ? [task] : threads {
            addFile("\(directory)/task/\(thread.pid)/stat", text: thread.stat(threads: count))
            addFile("\(directory)/task/\(thread.pid)/sched", text: thread.sched(threads: count))
            addFile("\(directory)/task/\(thread.pid)/schedstat", text: thread.schedstat)
        }
    }
}
