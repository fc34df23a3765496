import Glibc
import SystemPackage
import Testing

@testable import LinuxSystem

@Suite("A port on the loopback address")
struct LoopbackAddressTests {
    @Test(
        "is written as a number, or with one of two addresses",
        arguments: [
            ("9786", "127.0.0.1:9786"), ("127.0.0.1:1", "127.0.0.1:1"), ("[::1]:65535", "[::1]:65535"),
        ])
    func forms(_ text: String, _ expected: String) {
        #expect(LoopbackAddress(text)?.description == expected)
    }

    @Test(
        "is nothing else: no other address, no name, no port 0",
        arguments: [
            "", "0", "65536", "0.0.0.0:9786", "192.168.1.1:9786", "localhost:9786", "127.0.0.1", "127.0.0.1:",
            "[::]:9786",
            "::1:9786", "+1", " 9786", "9786 ", "-1", "127.0.0.2:9786",
        ])
    func others(_ text: String) {
        #expect(LoopbackAddress(text) == nil)
    }

    @Test("is listened at, and known again from the socket", arguments: [false, true])
    func listens(isIPv6: Bool) throws {
        let socket: Int32
        do {
            socket = try LoopbackAddress(isIPv6: isIPv6, port: 0).listen()
        } catch {
            // A host may have no IPv6.
            #expect(isIPv6 && error.errno == .addressFamilyNotSupported || error.errno == .addressNotAvailable)
            return
        }
        defer { close(socket) }
        let address = try #require(LoopbackAddress(ofSocket: socket))
        #expect(address.isIPv6 == isIPv6 && address.port > 0)
        #expect(throws: Never.self) { try PassedSocket(name: "metrics", descriptor: socket).check() }
        let second = #expect(throws: SystemFailure.self) { try address.listen() }
        #expect(second?.errno == .addressInUse)
        #expect(second?.description.contains("choose another port") == true)
    }

    @Test("a Unix socket and a descriptor that is no socket are none")
    func otherSockets() throws {
        let descriptor = try OwnedDescriptor(openingForReading: "/dev/null")
        #expect(LoopbackAddress(ofSocket: descriptor.rawValue) == nil)
        #expect(LoopbackAddress(ofSocket: -1) == nil)
        #expect(throws: SystemFailure.self) { try PassedSocket(name: "x", descriptor: descriptor.rawValue).check() }
    }
}
