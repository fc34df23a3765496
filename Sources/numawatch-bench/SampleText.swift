/// Kernel text of the forms of 6.12, made up to the sizes a benchmark wants.
enum SampleText {
    /// `/proc/<pid>/task/<tid>/sched` of a task with a ledger.
    static func sched(nodes: Int) -> String {
        var text = "postgres (6199, #threads: 1)\n" + String(repeating: "-", count: 67) + "\n"
        let lines: [(key: String, value: String)] = [
            ("se.exec_start", "799503.563409"), ("se.vruntime", "97.424494"), ("se.sum_exec_runtime", "0.009001"),
            ("se.nr_migrations", "2"), ("nr_switches", "13"), ("nr_voluntary_switches", "4"),
            ("nr_involuntary_switches", "9"), ("se.load.weight", "1048576"), ("se.avg.load_sum", "46732"),
            ("se.avg.runnable_sum", "47855616"), ("se.avg.util_sum", "24456192"), ("se.avg.load_avg", "1024"),
            ("se.avg.runnable_avg", "1023"), ("se.avg.util_avg", "510"),
            ("se.avg.last_update_time", "799503563408384"), ("se.avg.util_est", "511"), ("uclamp.min", "0"),
            ("uclamp.max", "1024"), ("policy", "0"), ("prio", "120"), ("se.slice", "1400000"), ("clock-delta", "61"),
            ("mm->numa_scan_seq", "3"), ("numa_pages_migrated", "1234"), ("numa_preferred_nid", "1"),
            ("total_numa_faults", "1398"),
        ]
        for (key, value) in lines {
            text += key + String(repeating: " ", count: max(0, 45 - key.utf8.count)) + ":"
            text += String(repeating: " ", count: max(0, 21 - value.utf8.count)) + value + "\n"
        }
        text += "current_node=0, numa_group_id=211\n"
        for node in 0..<nodes {
            text += "numa_faults node=\(node) task_private=\(571 + node) task_shared=\(80 + node) "
            text += "group_private=\(11477 + node) group_shared=\(7 + node)\n"
        }
        return text
    }

    /// `/proc/<pid>/stat`.
    static let stat =
        "6199 (a (name) here) R 6183 6183 3440 0 -1 4194304 108 1 2 3 5 6 7 8 20 0 1 0 79955 3133440 394 "
        + "18446744073709551615 93976364158976 93976364178857 140724956361184 0 0 0 0 0 0 0 0 0 17 1 0 0 0 9 0 "
        + "93976364194864 93976364196480 93976434188288 140724956363192 140724956363286 140724956363286 140724956364779 0\n"

    /// `/proc/<pid>/numa_maps` of a program with libraries and a large heap.
    static func numaMaps(lines: Int) -> String {
        var text = ""
        for index in 0..<lines {
            let address = String(0x7f51_5a52_1000 + index * 0x40_0000, radix: 16)
            switch index % 3 {
            case 0: text += "\(address) default file=/usr/lib/libfoo.so.\(index) mapped=\(index % 90 + 1) "
            case 1: text += "\(address) default anon=\(index % 500 + 1) dirty=\(index % 500 + 1) active=0 "
            default: text += "\(address) bind:0-1 anon=1024 dirty=1024 "
            }
            text += "N0=\(index % 700 + 1) N1=\(index % 90 + 1) kernelpagesize_kB=4\n"
        }
        return text
    }
}
