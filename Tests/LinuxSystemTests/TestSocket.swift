import Glibc
import Testing

/// A Unix socket as a client, a server or a service manager would have it.
final class TestSocket: Sendable {
    // SOCK_STREAM and SOCK_DGRAM (bits/socket_type.h): the enum is not always visible.
    static let stream: Int32 = 1
    static let datagram: Int32 = 2

    let descriptor: Int32

    init(type: Int32) throws {
        descriptor = socket(AF_UNIX, type, 0)
        try #require(descriptor >= 0)
    }

    private init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func pair() throws -> (first: TestSocket, second: TestSocket) {
        var descriptors: [Int32] = [0, 0]
        try #require(unsafe socketpair(AF_UNIX, stream, 0, &descriptors) == 0)
        return (TestSocket(adopting: descriptors[0]), TestSocket(adopting: descriptors[1]))
    }

    func bind(_ path: String) -> Int32 { unsafe withAddress(path) { unsafe Glibc.bind(descriptor, $0, $1) } }

    func connect(_ path: String) -> Int32 { unsafe withAddress(path) { unsafe Glibc.connect(descriptor, $0, $1) } }

    func listen() -> Int32 { Glibc.listen(descriptor, 8) }

    /// One datagram that is there already; nil when there is none.
    func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }

    private func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
