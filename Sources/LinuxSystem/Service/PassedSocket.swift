import CSystemd
import Glibc
import SystemPackage

/// A listening stream socket, a Unix one or one on the loopback address, that the service manager opened and passed on; see
/// sd_listen_fds(3).
package struct PassedSocket: Hashable, Sendable {
    /// `FileDescriptorName=` of the socket unit; the unit's name by default.
    package let name: String
    /// Open for as long as the process runs, unless whoever listens on it closes it.
    package let descriptor: Int32

    /// Takes the sockets that were passed. They are handed out once: a second call returns none.
    ///
    /// Changes the environment, so call it before other threads are started.
    ///
    /// - Throws: `EPROTOTYPE` when one is another kind of socket, or is not bound to an address of this host alone.
    package static func takeAll() throws(SystemFailure) -> [PassedSocket] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = unsafe sd_listen_fds_with_names(1, &names)
        guard count >= 0 else {
            throw SystemFailure("take the sockets passed by", "the service manager", Errno(rawValue: 0 &- count))
        }
        var sockets: [PassedSocket] = []
        for index in 0..<Int(count) {
            let name = unsafe names?[index].map { unsafe String(cString: $0) } ?? ""
            unsafe free(names?[index])
            sockets.append(PassedSocket(name: name, descriptor: SD_LISTEN_FDS_START + Int32(index)))
        }
        unsafe free(names)
        for socket in sockets { try socket.check() }
        return sockets
    }

    package init(name: String, descriptor: Int32) {
        self.name = name
        self.descriptor = descriptor
    }

    /// What it is bound to, where that is a loopback address.
    package var loopback: LoopbackAddress? { LoopbackAddress(ofSocket: descriptor) }

    /// Checks that it is a stream socket that listens, with a path or on a loopback address.
    package func check() throws(SystemFailure) {
        let type = Int32(SOCK_STREAM.rawValue)
        var result = sd_is_socket_unix(descriptor, type, 1, nil, 0)
        if result == 0, loopback != nil { result = sd_is_socket(descriptor, 0, type, 1) }
        if result > 0 { return }
        throw SystemFailure(
            "use the passed socket", "\(name) (\(descriptor))",
            result < 0 ? Errno(rawValue: 0 &- result) : .protocolWrongTypeForSocket,
            remedy: "the socket unit must use ListenStream= with a path, or with 127.0.0.1:PORT or [::1]:PORT")
    }
}
