import LinuxSystem
import Synchronization

/// A host made up so that every source numawatch has is there and says something other than zero, at two instants: what can
/// be told of one instant is in the first, rates and changes come with the second.
///
/// Nodes 0 and 1 with CPUs 0-1 and 2-3, node 2 with slower memory and none. A database of three threads, a worker of one.
enum WholeHost {
    /// - Parameter instant: 0 or 1.
    static func files(at instant: UInt64) -> [String: String] {
        var files = machine
        files.merge(counters(instant), uniquingKeysWith: { $1 })
        files.merge(nodes(instant), uniquingKeysWith: { $1 })
        files.merge(database(instant), uniquingKeysWith: { $1 })
        files.merge(worker(instant), uniquingKeysWith: { $1 })
        return files
    }

    /// The host as it is at an instant.
    static func root(at instant: UInt64) -> MemoryRoot {
        var root = MemoryRoot(files: files(at: instant))
        for (name, path) in [
            ("net/eth0", "0000:01:00.0/net/eth0"), ("nvme/nvme0", "0000:02:00.0/nvme/nvme0"),
        ] {
            root.addLink("/sys/class/\(name)", target: "../../devices/pci0000:00/\(path)")
        }
        return root
    }

    // MARK: The machine

    private static let machine: [String: String] = {
        var files = [
            "/sys/devices/system/cpu/possible": "0-3\n", "/sys/devices/system/cpu/online": "0-3\n",
            "/sys/devices/system/cpu/present": "0-3\n", "/sys/devices/system/cpu/kernel_max": "8191\n",
            "/sys/devices/system/node/online": "0-2\n", "/sys/devices/system/node/possible": "0-2\n",
            "/sys/devices/system/node/has_cpu": "0-1\n", "/sys/devices/system/node/has_memory": "0-2\n",
            "/proc/sys/kernel/osrelease": "6.12.107+deb12-amd64\n", "/proc/sys/kernel/hostname": "whole\n",
            "/proc/version": "Linux version 6.12.107+deb12-amd64 (x@y) (gcc) #1 SMP\n",
            "/proc/sys/kernel/numa_balancing": "3\n",
            "/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps": "65536\n",
            "/proc/sys/kernel/sched_schedstats": "1\n", "/proc/sys/vm/zone_reclaim_mode": "1\n",
            "/proc/self/cpuset": "/\n", "/proc/cmdline": "quiet\n",
            "/proc/filesystems": "nodev\tproc\nnodev\tdebugfs\n",
            "/proc/mounts": "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n",
            "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
            "/sys/kernel/mm/numa/demotion_enabled": "true\n",
            "/sys/devices/virtual/memory_tiering/memory_tier4/nodelist": "0-1\n",
            "/sys/devices/virtual/memory_tiering/memory_tier22/nodelist": "2\n",
            "/sys/kernel/debug/sched/verbose": "Y\n",
            "/sys/bus/pci/devices/0000:01:00.0/class": "0x020000\n",
            "/sys/bus/pci/devices/0000:01:00.0/numa_node": "1\n",
            "/sys/bus/pci/devices/0000:02:00.0/class": "0x010802\n",
            "/sys/bus/pci/devices/0000:02:00.0/numa_node": "1\n",
        ]
        for (name, value) in [
            ("scan_delay_ms", 1000), ("scan_period_min_ms", 1000), ("scan_period_max_ms", 60000), ("scan_size_mb", 256),
            ("hot_threshold_ms", 1000),
        ] {
            files["/sys/kernel/debug/sched/numa_balancing/\(name)"] = "\(value)\n"
        }
        for cpu in 0..<4 {
            let directory = "/sys/devices/system/cpu/cpu\(cpu)"
            let package = cpu / 2
            let siblings = "\(package * 2)-\(package * 2 + 1)\n"
            files["\(directory)/online"] = "1\n"
            files["\(directory)/topology/physical_package_id"] = "\(package)\n"
            files["\(directory)/topology/core_id"] = "\(cpu % 2)\n"
            files["\(directory)/topology/die_id"] = "0\n"
            files["\(directory)/topology/core_cpus_list"] = "\(cpu)\n"
            files["\(directory)/topology/thread_siblings_list"] = "\(cpu)\n"
            files["\(directory)/topology/die_cpus_list"] = siblings
            files["\(directory)/topology/package_cpus_list"] = siblings
            files["\(directory)/topology/core_siblings_list"] = siblings
            files["\(directory)/cache/index3/level"] = "3\n"
            files["\(directory)/cache/index3/type"] = "Unified\n"
            files["\(directory)/cache/index3/id"] = "\(package)\n"
            files["\(directory)/cache/index3/size"] = "16384K\n"
            files["\(directory)/cache/index3/shared_cpu_list"] = siblings
        }
        return files
    }()

    private static func counters(_ instant: UInt64) -> [String: String] {
        var schedstat = "version 16\ntimestamp \(4_294_893_283 + instant * 250)\n"
        var stat = "cpu 400 4 400 4000 4 4 4 4 0 0\n"
        for cpu in 0..<4 {
            stat += "cpu\(cpu) \(100 + instant * 50) 1 100 \(1000 + instant * 20) 1 1 1 1 0 0\n"
            let numbers = (1...36).map { "\($0 + Int(instant) * 7)" }.joined(separator: " ")
            schedstat += "cpu\(cpu) 0 0 5 6 7 8 959368070 544360091 503\n"
            schedstat += "domain0 \(cpu < 2 ? "3" : "c") \(numbers)\ndomain1 f \(numbers)\n"
        }
        let vmstat = [
            "numa_hit", "numa_pte_updates", "numa_huge_pte_updates", "numa_hint_faults", "numa_hint_faults_local",
            "numa_pages_migrated", "numa_task_migrated", "numa_task_swapped", "pgmigrate_success", "pgmigrate_fail",
            "thp_migration_success", "pgpromote_success", "pgpromote_candidate", "pgdemote_kswapd",
        ].enumerated().map { "\($0.element) \((UInt64($0.offset) + 5) * 100 + instant * 90)\n" }.joined()
        return [
            "/proc/stat": stat + "ctxt 99\nbtime 1700000000\n", "/proc/schedstat": schedstat, "/proc/vmstat": vmstat,
            "/proc/uptime": "\(1000 + instant * 5).00 4000.00\n",
            "/proc/meminfo": "MemTotal: 3145728 kB\nMemFree: 1572864 kB\nHugepagesize: 1048576 kB\n",
        ]
    }

    private static func nodes(_ instant: UInt64) -> [String: String] {
        var files: [String: String] = [:]
        for (node, cpus, distances) in [(0, "0-1", "10 21 24"), (1, "2-3", "21 10 34"), (2, "", "24 34 10")] {
            let directory = "/sys/devices/system/node/node\(node)"
            files["\(directory)/cpulist"] = "\(cpus)\n"
            files["\(directory)/distance"] = "\(distances)\n"
            let lines = [
                "MemTotal": 1048576, "MemFree": 524288, "MemUsed": 524288, "SwapCached": 64, "Active": 1024,
                "Inactive": 2048, "AnonPages": 131072, "FilePages": 131072, "Mapped": 4096, "Shmem": 4096, "Slab": 512,
                "PageTables": 128, "AnonHugePages": 2048,
            ]
            files["\(directory)/meminfo"] =
                lines.sorted { $0.key < $1.key }.map { "Node \(node) \($0.key): \($0.value) kB\n" }.joined()
                + "Node \(node) HugePages_Total: 2\nNode \(node) HugePages_Free: 1\nNode \(node) HugePages_Surp: 1\n"
            files["\(directory)/numastat"] = [
                "numa_hit", "numa_miss", "numa_foreign", "interleave_hit", "local_node", "other_node",
            ].map { "\($0) \(1000 + instant * 10)\n" }.joined()
            files["\(directory)/vmstat"] = [
                "nr_free_pages", "nr_swapcached", "workingset_refault_anon", "nr_vmscan_write", "pgpromote_success",
                "pgdemote_kswapd",
            ].map { "\($0) \(50 + instant)\n" }.joined()
            for size in [2048, 1_048_576] {
                for (name, pages) in [("nr_hugepages", 2), ("free_hugepages", 1), ("surplus_hugepages", 1)] {
                    files["\(directory)/hugepages/hugepages-\(size)kB/\(name)"] = "\(pages)\n"
                }
            }
            for (name, value) in [
                ("read_latency", 80), ("write_latency", 90), ("read_bandwidth", 17000), ("write_bandwidth", 16000),
            ] {
                files["\(directory)/access0/initiators/\(name)"] = "\(value)\n"
            }
            files["\(directory)/access0/initiators/node\(node == 2 ? 1 : node)/cpulist"] = "\(cpus)\n"
        }
        return files
    }

    // MARK: Processes

    private struct Task {
        var tid: Int
        var command: String
        var cpu: Int
        var preferred: Int
        var ticks: UInt64
        var threads: Int

        func stat() -> String {
            "\(tid) (\(command)) S 1 \(tid) \(tid) 0 -1 4194304 10 0 1 0 \(ticks) 3 0 0 20 0 \(threads) 0 100 "
                + "900000 2000 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 \(cpu) 0 0 0 0 0\n"
        }

        func sched(_ instant: UInt64) -> String {
            let faults = [(9 + instant, 4), (20 + instant, 5), (2 + instant, 1)]
            var text = "\(command) (\(tid), #threads: \(threads))\n" + String(repeating: "-", count: 67) + "\n"
            text +=
                "se.sum_exec_runtime : \(ticks * 10 + instant * 30).500000\nnr_switches : 77\nse.nr_migrations : 3\n"
            text += "mm->numa_scan_seq : \(3 + instant)\nnuma_pages_migrated : \(40 + instant * 20)\n"
            text += "numa_preferred_nid : \(preferred)\n"
            text += "total_numa_faults : \(faults.reduce(0) { $0 + $1.0 + UInt64($1.1) })\n"
            text += "current_node=\(cpu / 2), numa_group_id=4164\n"
            for (node, fault) in faults.enumerated() {
                text +=
                    "numa_faults node=\(node) task_private=\(fault.0) task_shared=\(fault.1) "
                    + "group_private=3 group_shared=2\n"
            }
            return text
        }
    }

    private static func common(_ pid: Int, _ command: String, _ unit: String) -> [String: String] {
        let cgroup = "/sys/fs/cgroup/system.slice/\(unit)"
        return [
            "\(cgroup)/memory.numa_stat":
                "anon N0=409600 N1=614400 N2=204800\nfile N0=20480 N1=20480 N2=4096\nshmem N0=4096 N1=4096 N2=4096\n",
            "\(cgroup)/memory.current": "1400000\n",
            "\(cgroup)/memory.stat":
                "anon 1228800\nnuma_pte_updates 90\nnuma_hint_faults 80\nnuma_pages_migrated 40\npgpromote_success 7\n",
            "/proc/\(pid)/status":
                "Name:\t\(command)\nPid:\t\(pid)\nUid:\t26\t26\t26\t26\nVmRSS:\t8000 kB\nCpus_allowed_list:\t0-3\n"
                + "Mems_allowed_list:\t0-2\n",
            "/proc/\(pid)/cgroup": "0::/system.slice/\(unit)\n", "/proc/\(pid)/cmdline": "\(command)\0-D\0",
            "/proc/\(pid)/comm": "\(command)\n",
            "/proc/\(pid)/numa_maps":
                "00400000 default file=/bin/x mapped=9 N0=4 N1=5 kernelpagesize_kB=4\n"
                + "7f0000000000 default heap anon=300 dirty=300 N0=100 N1=150 N2=50 kernelpagesize_kB=4\n"
                + "7f1000000000 bind:1 file=/dev/shm/a dirty=20 mapmax=2 N1=20 kernelpagesize_kB=4\n"
                + "7f2000000000 default file=/dev/hugepages/x huge dirty=2 N1=2 kernelpagesize_kB=2048\n"
                + "7ffc00000000 default stack anon=3 dirty=3 N1=3 kernelpagesize_kB=4\n",
        ]
    }

    private static func database(_ instant: UInt64) -> [String: String] {
        var files = common(4164, "postgres", "postgresql.service")
        let tasks = (0..<3).map { index in
            Task(
                tid: 4164 + index, command: "postgres", cpu: index + 1, preferred: 1,
                ticks: 500 + UInt64(index) + instant * 40, threads: 3)
        }
        files["/proc/4164/stat"] = tasks[0].stat()
        files["/proc/4164/sched"] = tasks[0].sched(instant)
        for task in tasks {
            files["/proc/4164/task/\(task.tid)/stat"] = task.stat()
            files["/proc/4164/task/\(task.tid)/sched"] = task.sched(instant)
        }
        return files
    }

    private static func worker(_ instant: UInt64) -> [String: String] {
        var files = common(300, "worker", "worker.service")
        let task = Task(
            tid: 300, command: "worker", cpu: 0, preferred: 2, ticks: 900 + instant * 60, threads: 1)
        for directory in ["/proc/300", "/proc/300/task/300"] {
            files["\(directory)/stat"] = task.stat()
            files["\(directory)/sched"] = task.sched(instant)
        }
        return files
    }
}

/// A root that is exchanged for another between rounds.
final class ExchangedRoot: HostRoot {
    private let memory: Mutex<MemoryRoot>

    var isLive: Bool { false }

    init(_ memory: MemoryRoot) {
        self.memory = Mutex(memory)
    }

    func exchange(for other: MemoryRoot) {
        memory.withLock { $0 = other }
    }

    private var current: MemoryRoot { memory.withLock { $0 } }

    func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        try current.read(path, into: &buffer, limitBytes: limitBytes)
    }

    func list(_ directory: String) throws(ReadFailure) -> [String] { try current.list(directory) }

    func linkTarget(_ path: String) throws(ReadFailure) -> String { try current.linkTarget(path) }
}
