/// Where the iterator is.
package enum TaskIteratorFile {
    /// The name in the BPF file system. A dot is not allowed there.
    package static let pin = "/sys/fs/bpf/numawatch/tasks"
    /// The same through the mount that the daemon's unit makes: `/sys/fs/bpf` itself is root's alone.
    package static let mounted = "/run/numawatch/iterator/tasks"
}
