import LinuxSystem
import SystemPackage

/// Where bytes come from, block by block, for whoever unpacks them further.
class BlockSource {
    /// The file's path, or what stands for it in messages.
    let path: String
    /// The failure that ended reading, where one did.
    fileprivate(set) final var failure: ArchiveFailure?

    init(path: String) { self.path = path }

    /// Bytes of the file, as it is stored, that were handed out.
    var byteOffset: Int64 { 0 }

    /// The next bytes, in place until the next call; none at the end, nil after a failure.
    func nextBlock() -> UnsafeRawBufferPointer? { nil }

    final func fail(_ kind: ArchiveFailure.Kind) {
        failure = ArchiveFailure(path: path, kind: kind, byteOffset: byteOffset)
    }
}

/// A descriptor as it is, pipes included: what was read to recognise the file comes first.
@safe final class StoredSource: BlockSource {
    private let descriptor: OwnedDescriptor
    private var firstBytes: [UInt8]
    private var bytes: [UInt8] = []
    private var handedOut: Int64 = 0
    /// What is lent out: it must stay in place from call to call.
    private let block: UnsafeMutableRawBufferPointer

    /// How the file is compressed, by its first bytes; nil when it is not.
    let compression: Compression?

    /// Enough that a call's cost does not matter, little enough to stay in the cache.
    static let blockBytes = 256 << 10

    init(_ descriptor: consuming OwnedDescriptor, path: String) throws(ArchiveFailure) {
        var firstBytes: [UInt8] = []
        do {
            // A pipe may deliver fewer bytes at first.
            while firstBytes.count < Compression.longestMagic,
                try descriptor.read(appendingTo: &firstBytes, atMost: Self.blockBytes) > 0
            {}
        } catch {
            throw ArchiveFailure(path: path, kind: .system(error))
        }
        self.descriptor = descriptor
        self.firstBytes = firstBytes
        compression = Compression(of: firstBytes)
        // The first bytes may be a few and then a block.
        unsafe block = .allocate(byteCount: 2 * Self.blockBytes, alignment: 16)
        super.init(path: path)
    }

    deinit {
        unsafe block.deallocate()
    }

    override var byteOffset: Int64 { handedOut }

    /// Appends the next bytes; none at the end.
    func read(appendingTo buffer: inout [UInt8]) throws(Errno) {
        if firstBytes.isEmpty {
            handedOut += Int64(try descriptor.read(appendingTo: &buffer, atMost: Self.blockBytes))
        } else {
            buffer.append(contentsOf: firstBytes)
            handedOut += Int64(firstBytes.count)
            firstBytes = []
        }
    }

    override func nextBlock() -> UnsafeRawBufferPointer? {
        bytes.removeAll(keepingCapacity: true)
        do {
            try read(appendingTo: &bytes)
        } catch {
            fail(.system(error))
            return nil
        }
        unsafe block.copyBytes(from: bytes)
        return unsafe UnsafeRawBufferPointer(rebasing: block[..<bytes.count])
    }
}

/// Bytes that are in memory already.
@safe final class MemorySource: BlockSource {
    private let block: UnsafeMutableRawBufferPointer
    private let count: Int
    private var isHandedOut = false

    init(_ bytes: [UInt8], path: String) {
        unsafe block = .allocate(byteCount: max(1, bytes.count), alignment: 16)
        unsafe block.copyBytes(from: bytes)
        count = bytes.count
        super.init(path: path)
    }

    deinit {
        unsafe block.deallocate()
    }

    override var byteOffset: Int64 { isHandedOut ? Int64(count) : 0 }

    override func nextBlock() -> UnsafeRawBufferPointer? {
        defer { isHandedOut = true }
        return unsafe UnsafeRawBufferPointer(rebasing: block[..<(isHandedOut ? 0 : count)])
    }
}
