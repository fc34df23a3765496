import CLinuxShims
import Glibc
import SystemPackage

/// The address of a Unix socket with a path.
struct UnixSocketAddress {
    private var address = sockaddr_un()
    private let path: String

    /// - Throws: `ENAMETOOLONG` where the path does not fit.
    init(_ path: String) throws(SystemFailure) {
        self.path = path
        let bytes = Array(path.utf8)
        address.sun_family = sa_family_t(AF_UNIX)
        // One byte stays zero.
        guard !bytes.isEmpty, !bytes.contains(0), bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemFailure(
                "use as a socket's path", path, .fileNameTooLong, remedy: "choose one of 1 to 107 bytes")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    }

    /// The path a socket is bound to; nil for one that has none.
    static func path(ofSocket socket: Int32) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &length)
            }
        }
        guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        let bytes = unsafe withUnsafeBytes(of: address.sun_path) { unsafe Array($0.prefix { $0 != 0 }) }
        // An abstract name begins with a zero byte.
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    static func makeSocket(_ path: String) throws(SystemFailure) -> OwnedDescriptor {
        do {
            return OwnedDescriptor(adopting: try calling(.socket) { numawatch_unix_stream_socket() })
        } catch {
            throw SystemFailure("make the socket", path, error)
        }
    }

    func bind(_ socket: borrowing OwnedDescriptor) throws(SystemFailure) {
        let number = socket.rawValue
        do {
            _ = try calling(.bind) {
                unsafe withAddress { unsafe Glibc.bind(number, $0, $1) }
            }
        } catch {
            throw SystemFailure("bind the socket", path, error)
        }
    }

    /// Whether a process listens there: a connection is not refused. One whose queue is full listens too.
    func isAnswered() throws(SystemFailure) -> Bool {
        let socket = try Self.makeSocket(path)
        let number = socket.rawValue
        do {
            _ = try calling(.connect) {
                unsafe withAddress { unsafe Glibc.connect(number, $0, $1) }
            }
            return true
        } catch {
            switch error {
            case .connectionRefused, .noSuchFileOrDirectory: return false
            case .resourceTemporarilyUnavailable: return true
            // A datagram or packet socket: somebody's, though not one of ours.
            default: throw SystemFailure("find out who answers at", path, error)
            }
        }
    }

    private func withAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
