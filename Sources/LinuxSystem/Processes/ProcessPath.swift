/// The process, and thread, whose directory a path lies in: `/proc/12/…` or `/proc/12/task/13/…`.
struct ProcessPath {
    /// The path of the deepest process or thread directory.
    let directory: String
    /// Whether the path names that directory itself and nothing beneath it.
    let isWhole: Bool

    /// Nil when the path lies outside any process's directory. `self` and `thread-self` do not count: they are us.
    init?(_ path: String) {
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts[0] == "proc", Self.isNumber(parts[1]) else { return nil }
        if parts.count >= 4, parts[2] == "task", Self.isNumber(parts[3]) {
            directory = "/proc/\(parts[1])/task/\(parts[3])"
            isWhole = parts.count == 4
        } else {
            directory = "/proc/\(parts[1])"
            isWhole = parts.count == 2
        }
    }

    /// Files of a process that the kernel makes without waiting for it. All others that hold something of its memory wait for
    /// `mmap_lock` (`maps`, `numa_maps`, `smaps`, `cmdline`, `environ`, `map_files`; fs/proc, 6.1 to 6.18) or, as they are
    /// opened, for the end of an exec (`exec_update_lock`: `auxv`, `io`, `mem`, `stack`, `syscall`).
    private static let neverWaiting: Set<Substring> = [
        "cgroup", "comm", "sched", "schedstat", "stat", "statm", "status",
    ]

    /// Whether reading a file may wait for another process, for as long as that one likes.
    static func mayWait(_ path: String) -> Bool {
        guard let process = ProcessPath(path), !process.isWhole, let name = path.split(separator: "/").last else {
            return false
        }
        return !neverWaiting.contains(name)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
