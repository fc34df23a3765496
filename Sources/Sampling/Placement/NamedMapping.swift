import Snapshots

/// What a mapping maps: the file, whatever it is called, and from where on.
struct MappedFile: Hashable {
    var deviceMajor: UInt64
    var deviceMinor: UInt64
    var inode: UInt64
    var offsetBytes: UInt64
}

/// A mapping of one process that other processes may have as well: what tells that two of them are the same.
///
/// Device, inode and offset do, from `maps`. That is read only where the name does not say as much, and a copy of a host may
/// hold `numa_maps` alone. Without it a file is known by its path and by how many mappings of that path come before:
/// addresses differ from process to process, the order does not. Memory that the kernel names itself (`/dev/zero`,
/// `/SYSV…`, `/memfd:…`) has its name in common with other memory of the kind. Processes mostly share it by fork, and then
/// have it at the same address.
struct NamedMapping: Equatable {
    var startAddress: UInt64
    var path: String
    /// Mappings of the same path before it.
    var occurrence: Int
    var memoryClass: MemoryClass
    var policy: String
    var bytes: NodeValues<UInt64>
    var file: MappedFile?

    /// Whether the name is the kernel's, and no file that could be opened by it.
    var isNamedByKernel: Bool {
        ["/dev/zero", "/SYSV", "/memfd:", "/anon_hugepage"].contains(where: path.hasPrefix)
    }

    var record: SharedMapping {
        var key = StableHash()
        if let file {
            key.add("inode")
            for number in [file.deviceMajor, file.deviceMinor, file.inode, file.offsetBytes] { key.add(number) }
        } else if isNamedByKernel {
            key.add(path)
            key.add(startAddress)
        } else {
            key.add(path)
            key.add(UInt64(clamping: occurrence))
        }
        return SharedMapping(key: key.value, memoryClass: memoryClass, policy: policy, bytes: bytes)
    }
}

/// FNV-1a over 64 bits: equal in every run, unlike the standard library's hashes. Of some ten thousand mappings two
/// are taken for one with a chance of one in a hundred thousand million.
private struct StableHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte: byte) }
        add(byte: 0)
    }

    mutating func add(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func add(byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
