/// A series of kernels that Debian's archive has packages of.
package enum KernelSeries: String, Sendable, Hashable, CaseIterable {
    case linux510 = "5.10"
    case linux61 = "6.1"
    case linux612 = "6.12"
    case linux616 = "6.16"
    case linux617 = "6.17"
    case linux618 = "6.18"
    case linux619 = "6.19"
    case linux70 = "7.0"
    case linux71 = "7.1"
    case linux72 = "7.2"
    case linux73 = "7.3"

    /// Before 5.18 a task begins with its parent's `numa_pages_migrated` (`init_numa_balancing`, `kernel/sched/fair.c`):
    /// what it had moved itself is unknown.
    package var inheritsMigratedPages: Bool { self == .linux510 }

    /// Tasks that go to sleep may stay on their queue, and be moved with it (`DELAY_DEQUEUE`, `kernel/sched/features.h`):
    /// from 6.12 on.
    package var delaysDequeue: Bool { self != .linux510 && self != .linux61 }

    /// Domains and the scanner's settings are sysctls before 5.13, and in debugfs later.
    package var showsSchedulerInDebugFS: Bool { self != .linux510 }

    /// `MPOL_F_NUMA_BALANCING`: from 5.12 on.
    package var hasBalancingBind: Bool { self != .linux510 }

    /// Partitions of the kind `isolated` (`kernel/cgroup/cpuset.c`): from 6.1 on.
    package var hasIsolatedPartitions: Bool { self != .linux510 }
}
