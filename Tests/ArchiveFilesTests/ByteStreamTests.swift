import ArchiveFiles
import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct ByteStreamTests {
    private let directory: ToolDirectory
    /// Long enough for several blocks, and not compressible to nothing.
    private static let text: [UInt8] = {
        var (bytes, state): ([UInt8], UInt32) = ([], 1)
        for _ in 0..<400_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            bytes.append(UInt8(ascii: "a") + UInt8(state >> 28))
        }
        return bytes
    }()

    init() throws {
        directory = try ToolDirectory()
        try directory.write("plain", Self.text)
        try directory.write("empty", [])
    }

    /// All a stream gives, and how it ended.
    private func drain(_ stream: ByteStream) -> (bytes: [UInt8], failure: ArchiveFailure?) {
        var (all, buffer): ([UInt8], [UInt8]) = ([], [])
        do {
            while try stream.read(into: &buffer) { all += buffer }
        } catch {
            return (all, error)
        }
        return (all, nil)
    }

    private func drain(_ name: String) throws(ArchiveFailure) -> (bytes: [UInt8], failure: ArchiveFailure?) {
        drain(try ByteStream(path: "\(directory.path)/\(name)"))
    }

    @Test(arguments: [
        ("cat", nil), ("gzip -c", Compression.gzip), ("gzip -1 -c", .gzip), ("xz -c", .xz), ("bzip2 -c", .bzip2),
    ])
    func `what a tool compressed is unpacked`(tool: String, compression: Compression?) throws {
        try directory.run("\(tool) < plain > packed")
        let stream = try ByteStream(path: directory.path + "/packed")
        #expect(stream.compression == compression)
        let (bytes, failure) = drain(stream)
        #expect(bytes.elementsEqual(Self.text))
        #expect(failure == nil)
        #expect(stream.byteOffset == Int64(try directory.read("packed").count))
        var buffer: [UInt8] = [1]
        #expect(try !stream.read(into: &buffer))
        #expect(buffer.isEmpty)
    }

    @Test(arguments: ["cat", "gzip -c", "xz -c", "bzip2 -c"])
    func `an empty file stays empty`(tool: String) throws {
        try directory.run("\(tool) < empty > packed")
        let (bytes, failure) = try drain("packed")
        #expect(bytes.isEmpty)
        #expect(failure == nil)
    }

    @Test func `gzip files put one behind the other are one`() throws {
        try directory.run("(gzip -c < plain; gzip -c < plain) > packed")
        let (bytes, failure) = try drain("packed")
        #expect(bytes.count == 2 * Self.text.count)
        #expect(failure == nil)
    }

    @Test(arguments: [0.02, 0.3, 0.5, 0.9, 0.9999])
    func `a gzip file that is cut short gives all before and says where it ended`(fraction: Double) throws {
        try directory.run("gzip -c < plain > packed")
        let packed = try directory.read("packed")
        let length = Int(Double(packed.count) * fraction)
        try directory.write("cut", Array(packed[..<length]))
        let (bytes, failure) = try drain("cut")
        #expect(failure?.kind == .malformed("gzip data is cut short"))
        #expect(failure?.byteOffset == Int64(length))
        // gzip(1) itself gives as much and fails.
        try directory.run("gzip -dc < cut > reference 2>/dev/null || true")
        let reference = try directory.read("reference")
        #expect(bytes.count >= reference.count)
        #expect(bytes.elementsEqual(Self.text[..<bytes.count]))
        #expect(abs(bytes.count - Int(Double(Self.text.count) * fraction)) < 40_000)
    }

    @Test(arguments: [0.02, 0.3, 0.5, 0.9, 0.9999])
    func `an xz file that is cut short is an error after what was whole`(fraction: Double) throws {
        try directory.run("xz -c < plain > packed")
        let packed = try directory.read("packed")
        try directory.write("cut", Array(packed[..<Int(Double(packed.count) * fraction)]))
        let result: (bytes: [UInt8], failure: ArchiveFailure?)
        do {
            result = try drain("cut")
        } catch {
            result = ([], error)
        }
        guard case .malformed = result.failure?.kind else {
            Issue.record("no failure")
            return
        }
        #expect(result.bytes.elementsEqual(Self.text[..<result.bytes.count]))
        #expect(Double(result.bytes.count) > Double(Self.text.count) * fraction - 2 * 65_536)
    }

    @Test func `a gzip file cut at any place is an error`() throws {
        try directory.write("small", Array("hello, hello, hello\n".utf8))
        try directory.run("gzip -c < small > packed")
        let packed = try directory.read("packed")
        for length in 2..<packed.count {
            try directory.write("cut", Array(packed[..<length]))
            let (bytes, failure) = try drain("cut")
            #expect(failure?.kind == .malformed("gzip data is cut short"), "\(length)")
            #expect("hello, hello, hello\n".utf8.starts(with: bytes))
        }
    }

    @Test(arguments: stride(from: 0.1, to: 1, by: 0.1).map { $0 })
    func `damage anywhere in a gzip file is noticed`(fraction: Double) throws {
        try directory.run("gzip -c < plain > packed")
        var packed = try directory.read("packed")
        packed[Int(Double(packed.count) * fraction)] ^= 0x10
        try directory.write("damaged", packed)
        let (_, failure) = try drain("damaged")
        guard case .malformed = failure?.kind else {
            Issue.record("no failure")
            return
        }
    }

    @Test func `zeroes behind a gzip file are passed over and anything else is not`() throws {
        try directory.run("(gzip -c < plain; head -c 700 /dev/zero) > padded; (gzip -c < plain; echo more) > more")
        let padded = try drain("padded")
        #expect(padded.bytes == Self.text)
        #expect(padded.failure == nil)
        let more = try drain("more")
        #expect(more.bytes == Self.text)
        #expect(more.failure != nil)
    }

    @Test func `a pipe that delivers byte by byte is recognised`() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        try directory.write("small", Array("hello\n".utf8))
        try directory.run("gzip -c < small > packed")
        // Less than a pipe holds: it is all there before it is read.
        try Output.write(try directory.read("packed"), to: ends[1])
        close(ends[1])
        let (bytes, failure) = drain(try ByteStream(OwnedDescriptor(adopting: ends[0]), path: "pipe"))
        #expect(String(decoding: bytes, as: UTF8.self) == "hello\n")
        #expect(failure == nil)
    }

    @Test func `a file that is missing or a directory says so`() throws {
        let missing = #expect(throws: ArchiveFailure.self) { try ByteStream(path: directory.path + "/none") }
        #expect(missing?.kind == .system(.noSuchFileOrDirectory))
        #expect(missing?.description == "\(directory.path)/none: No such file or directory")
        let notFile = #expect(throws: ArchiveFailure.self) { try ByteStream(path: directory.path) }
        #expect(notFile?.kind == .system(.isDirectory))
    }
}
