import ArchiveFiles
import LinuxSystem
import Testing

@Suite struct UnpackingRootTests {
    /// What `printf 'CONFIG_HZ=300\nCONFIG_NR_CPUS=64\n' | gzip -n` writes.
    private static let packed: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 115, 246, 247, 115, 243, 116, 143, 247, 136, 178, 53, 54, 48, 224, 114, 134,
        240,
        252, 130, 226, 157, 3, 66, 131, 109, 205, 76, 184, 0, 220, 129, 150, 81, 32, 0, 0, 0,
    ]
    private static let path = "/proc/config.gz"

    private func read(_ bytes: [UInt8], _ path: String = path) throws -> [UInt8] {
        var memory = MemoryRoot()
        memory.addFile(path, bytes)
        var buffer: [UInt8] = []
        try UnpackingRoot(memory).read(path, into: &buffer)
        return buffer
    }

    @Test("A packed configuration reads as what is packed in it")
    func unpacks() throws {
        #expect(try String(decoding: read(Self.packed), as: UTF8.self) == "CONFIG_HZ=300\nCONFIG_NR_CPUS=64\n")
    }

    @Test("What is damaged, not packed or elsewhere is left as it is")
    func leaves() throws {
        let cut = Array(Self.packed.dropLast(9))
        #expect(try read(cut) == cut)
        #expect(try read([1, 2, 3]) == [1, 2, 3])
        #expect(try read(Self.packed, "/var/log/x.gz") == Self.packed)
    }
}
