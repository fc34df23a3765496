package import NUMATopology

/// The huge pages of one size that are set aside on a node (`nodeN/hugepages/hugepages-<size>kB`). Absent: not readable.
package struct HugePagePool: Sendable, Equatable {
    package var pageSizeBytes: UInt64
    /// `nr_hugepages`
    package var totalPages: UInt64?
    /// `free_hugepages`
    package var freePages: UInt64?
    /// `surplus_hugepages`: beyond what was set aside, given back once free.
    package var surplusPages: UInt64?

    package init(pageSizeBytes: UInt64) {
        self.pageSizeBytes = pageSizeBytes
    }

    /// The memory some of its pages make up.
    package func bytes(_ pages: UInt64?) -> UInt64? {
        pages.map { pages in
            let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageSizeBytes)
            return overflow ? .max : bytes
        }
    }
}

/// What the firmware states of accesses to a node's memory by the initiators nearest to it (ACPI HMAT,
/// `nodeN/access0/initiators`). Absent: not stated, or not readable.
package struct MemoryAccess: Sendable, Equatable {
    /// The nodes the figures hold for.
    package var initiators = NodeSet()
    package var readLatencyNanoseconds: UInt64?
    package var writeLatencyNanoseconds: UInt64?
    package var readBandwidthBytesPerSecond: UInt64?
    package var writeBandwidthBytesPerSecond: UInt64?

    package init() {}
}

/// A device on the PCI bus whose place matters to who uses it.
package struct DeviceRecord: Sendable, Equatable {
    /// What kind of device it is, by the first byte of its PCI class.
    package enum Kind: String, Sendable, CaseIterable {
        case network, storage, display, accelerator

        /// - Parameter classCode: As in the device's file `class`: base class, subclass, programming interface.
        /// - Returns: nil for bridges, controllers of buses and the like.
        package init?(classCode: UInt32) {
            switch classCode >> 16 & 0xFF {
            case 0x01: self = .storage
            case 0x02: self = .network
            case 0x03: self = .display
            case 0x12: self = .accelerator
            // InfiniBand controllers come as serial buses as well.
            case 0x0C where classCode >> 8 & 0xFF == 0x06: self = .network
            default: return nil
            }
        }
    }

    /// `0000:3b:00.0`
    package var address: String
    package var kind: Kind
    package var classCode: UInt32
    /// The node it is attached to; absent where the firmware does not say (`numa_node` is -1) or it is not readable.
    package var node: NodeID?
    /// What it is called under `/sys/class` and `/sys/block`: `eth0`, `nvme0`, `card0`; ascending.
    package var names: [String] = []

    package init(address: String, kind: Kind, classCode: UInt32) {
        self.address = address
        self.kind = kind
        self.classCode = classCode
    }
}
