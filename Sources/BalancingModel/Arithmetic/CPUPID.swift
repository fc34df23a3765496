/// How `last_cpupid` packs a CPU and the low byte of a thread id (`include/linux/mm.h`, 5.15 to 7.x).
///
/// The low 8 bits are the thread id modulo 256, the bits above are the CPU; a page nobody has faulted on remotely holds
/// all ones. Example with `NR_CPUS` 8192 (13 bits of CPU): CPU 37 and thread 54321 are 0x2531, unset is 0x1fffff. A
/// thread whose id ends in 0xff looks unset to ``isPIDUnset(_:)`` but not to ``isUnset(_:)``; both tests are the kernel's.
package struct CPUPIDLayout: Hashable, Sendable {
    /// `NR_CPUS_BITS`: the bits of the CPU, at most 23.
    package let cpuBits: UInt32

    /// The layout of a kernel built for this many CPUs (`CONFIG_NR_CPUS`).
    package init(maximumCPUCount: Int) {
        var bits: UInt32 = 0
        while bits < 23, (1 << Int(bits)) < maximumCPUCount {
            bits += 1
        }
        cpuBits = bits
    }

    /// `LAST_CPUPID_MASK`, which is also the unset value.
    package var unset: Int32 { Int32(truncatingIfNeeded: (UInt32(1) << (8 + cpuBits)) &- 1) }

    /// The value a CPU and a thread leave behind.
    package func value(cpu: Int32, tid: Int32) -> Int32 {
        let cpuMask = (Int32(1) << Int32(cpuBits)) - 1
        return ((cpu & cpuMask) << 8) | (tid & 0xff)
    }

    /// Whether all bits are set: first touch, as `task_numa_fault` asks it.
    @inline(__always)
    package func isUnset(_ value: Int32) -> Bool { value == unset || value == -1 }

    /// Whether the thread byte is all ones: first touch, as `should_numa_migrate_memory` asks it.
    @inline(__always)
    package func isPIDUnset(_ value: Int32) -> Bool { value & 0xff == 0xff }

    /// Whether the thread's low byte is the one in the value.
    @inline(__always)
    package func matches(tid: Int32, _ value: Int32) -> Bool { (tid ^ value) & 0xff == 0 }

    /// The CPU in the value.
    @inline(__always)
    package func cpu(_ value: Int32) -> Int { Int((UInt32(bitPattern: value) >> 8) & ((UInt32(1) << cpuBits) &- 1)) }
}
