import CLinuxShims
import SystemPackage

/// A TCP port on the loopback address: only who is on this host reaches it.
package struct LoopbackAddress: Hashable, Sendable, CustomStringConvertible {
    package let isIPv6: Bool
    package let port: UInt16

    package init(isIPv6: Bool = false, port: UInt16) {
        self.isIPv6 = isIPv6
        self.port = port
    }

    /// `9786`, `127.0.0.1:9786` or `[::1]:9786`; nil for everything else, other addresses and the port 0 among it.
    package init?(_ text: String) {
        let forms = [("[::1]:", true), ("127.0.0.1:", false), ("", false)]
        guard let (prefix, isIPv6) = forms.first(where: { text.hasPrefix($0.0) }) else { return nil }
        let digits = text.dropFirst(prefix.utf8.count)
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits), port > 0 else {
            return nil
        }
        self.init(isIPv6: isIPv6, port: port)
    }

    /// What a socket is bound to; nil where that is no loopback address.
    package init?(ofSocket socket: Int32) {
        var port: UInt16 = 0
        switch unsafe numawatch_loopback_version(socket, &port) {
        case 4: self.init(isIPv6: false, port: port)
        case 6: self.init(isIPv6: true, port: port)
        default: return nil
        }
    }

    package var description: String { isIPv6 ? "[::1]:\(port)" : "127.0.0.1:\(port)" }

    /// Listens there. The caller closes the descriptor.
    ///
    /// - Throws: Where the port is taken, or the service may have no such socket.
    package func listen(backlog: Int32 = 128) throws(SystemFailure) -> Int32 {
        do {
            return try calling(.socket) { numawatch_loopback_listener(isIPv6 ? 1 : 0, port, backlog) }
        } catch {
            let remedy: String? =
                switch error {
                case .addressInUse: "another process listens there: choose another port"
                case .addressFamilyNotSupported:
                    "the service may open Unix sockets only: enable numawatch-metrics.socket, which passes this one"
                default: nil
                }
            throw SystemFailure("listen at", description, error, remedy: remedy)
        }
    }
}
