import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct PeerCredentialsTests {
    @Test func `the other end of a socket pair is this process`() throws {
        let pair = try TestSocket.pair()
        let peer = try PeerCredentials(socket: pair.first.descriptor)
        #expect(peer.processID == getpid())
        #expect(peer.userID == geteuid())
        #expect(peer.groupID == getegid())
        var groups = [gid_t](repeating: 0, count: 1024)
        let count = Int(unsafe getgroups(1024, &groups))
        #expect(Set(peer.supplementaryGroupIDs) == Set(groups.prefix(count)))
        #expect(peer.isMember(ofGroup: getegid()))
        #expect(!peer.isMember(ofGroup: 4_000_000_123))
    }

    @Test func `what is no connected socket has nobody at its other end`() throws {
        #expect(throws: SystemFailure.self) { try PeerCredentials(socket: -1) }
        let unconnected = try TestSocket(type: TestSocket.stream)
        let failure = #expect(throws: SystemFailure.self) { try PeerCredentials(socket: unconnected.descriptor) }
        #expect(failure?.errno == .socketNotConnected)
    }
}

@Suite struct UnixListenerTests {
    private let scratch: ScratchDirectory
    private let path: String

    init() throws {
        scratch = try ScratchDirectory()
        path = scratch.path + "/test.sock"
    }

    private func status() -> stat? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status : nil
    }

    @Test func `a listener has the mode it was given and can be connected to`() throws {
        let listener = try UnixListener(path: path, mode: 0o640, groupID: getegid())
        let file = listener.file
        #expect(status().map { $0.st_mode & 0o7777 } == 0o640)
        #expect(status()?.st_gid == getegid())
        let descriptor = listener.releaseDescriptor()
        defer { close(descriptor) }
        try PassedSocket(name: "own", descriptor: descriptor).check()
        let client = try TestSocket(type: TestSocket.stream)
        #expect(client.connect(path) == 0)
        #expect(file.removeIfOwn())
        #expect(status() == nil)
        #expect(!file.removeIfOwn())
    }

    @Test func `who holds the lock of the directory does not keep a listener from being made`() throws {
        let directory = unsafe open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(directory) }
        try #require(flock(directory, LOCK_EX) == 0)
        let descriptor = try UnixListener(path: path, lockAttempts: 2).releaseDescriptor()
        defer { close(descriptor) }
        let client = try TestSocket(type: TestSocket.stream)
        #expect(client.connect(path) == 0)
    }

    @Test func `a socket's file is known from others, removed or replaced, whoever made it`() throws {
        let listener = try UnixListener(path: path)
        let file = listener.file
        let descriptor = listener.releaseDescriptor()
        defer { close(descriptor) }
        let seen = try #require(SocketFile(ofSocket: descriptor))
        #expect(seen == file && seen.path == path)
        #expect(seen.isInPlace)
        #expect(unsafe unlink(path) == 0)
        #expect(!seen.isInPlace)
        #expect(SocketFile(ofSocket: descriptor) == nil)
        let other = try TestSocket(type: TestSocket.stream)
        try #require(other.bind(path) == 0)
        #expect(!seen.isInPlace)
        let pair = try TestSocket.pair()
        #expect(SocketFile(ofSocket: pair.first.descriptor) == nil)
        #expect(SocketFile(ofSocket: -1) == nil)
    }

    @Test func `where no descriptor is left, clients that wait are sent away with the spare one`() throws {
        let listener = try UnixListener(path: path)
        let descriptor = listener.releaseDescriptor()
        defer { close(descriptor) }
        let clients = try (0..<3).map { _ in try TestSocket(type: TestSocket.stream) }
        for client in clients { try #require(client.connect(path) == 0) }
        let spare = SpareDescriptor()
        #expect(spare.sendAway(2, at: descriptor) == 2)
        #expect(spare.sendAway(2, at: descriptor) == 1)
        #expect(spare.sendAway(2, at: descriptor) == 0)
        for client in clients {
            var byte: UInt8 = 0
            #expect(unsafe recv(client.descriptor, &byte, 1, 0) == 0)
        }
        // As when another thread was faster to take the descriptor.
        let late = try TestSocket(type: TestSocket.stream)
        try #require(late.connect(path) == 0)
        ForcedFailures.with({ $0 == .accept ? .tooManyOpenFiles : nil }) {
            #expect(spare.sendAway(2, at: descriptor) == 0)
        }
        #expect(spare.sendAway(2, at: descriptor) == 1)
    }

    @Test func `a stale socket is replaced`() throws {
        do {
            let dead = try TestSocket(type: TestSocket.stream)
            try #require(dead.bind(path) == 0)
            try #require(dead.listen() == 0)
        }
        let before = try #require(status()?.st_ino)
        let listener = try UnixListener(path: path)
        let file = listener.file
        let client = try TestSocket(type: TestSocket.stream)
        #expect(client.connect(path) == 0)
        #expect(status().map { $0.st_mode & 0o7777 } == 0o660)
        #expect(status() != nil && before != 0)
        #expect(file.removeIfOwn())
    }

    @Test func `a socket somebody answers on is left alone`() throws {
        let other = try TestSocket(type: TestSocket.stream)
        try #require(other.bind(path) == 0)
        try #require(other.listen() == 0)
        let failure = #expect(throws: SystemFailure.self) { _ = try UnixListener(path: path) }
        #expect(failure?.errno == .addressInUse)
        let client = try TestSocket(type: TestSocket.stream)
        #expect(client.connect(path) == 0)
    }

    @Test func `a socket of another type is left alone`() throws {
        let other = try TestSocket(type: TestSocket.datagram)
        try #require(other.bind(path) == 0)
        #expect(throws: SystemFailure.self) { _ = try UnixListener(path: path) }
        #expect(status() != nil)
    }

    @Test func `a file that is no socket is left alone`() throws {
        try scratch.write("test.sock", "precious")
        let failure = #expect(throws: SystemFailure.self) { _ = try UnixListener(path: path) }
        #expect(failure?.errno == .fileExists)
        #expect(try DirectoryRoot.live.readText(path) == "precious")
    }

    @Test func `a file put in the socket's place is not removed`() throws {
        let listener = try UnixListener(path: path)
        let file = listener.file
        unsafe rename(path, path + ".moved")
        try scratch.write("test.sock", "another")
        #expect(!file.removeIfOwn())
        #expect(status() != nil)
    }

    @Test(arguments: ["", String(repeating: "x", count: 108)])
    func `a path that does not fit is refused`(name: String) {
        let failure = #expect(throws: SystemFailure.self) { _ = try UnixListener(path: name) }
        #expect(failure?.errno == .fileNameTooLong)
    }

    @Test func `a missing directory is named`() {
        let failure = #expect(throws: SystemFailure.self) {
            _ = try UnixListener(path: scratch.path + "/none/test.sock")
        }
        #expect(failure?.errno == .noSuchFileOrDirectory)
        #expect(failure?.description.contains("create \(scratch.path)/none first") == true)
    }

    @Test(arguments: [SystemCall.socket, .bind, .chmod, .chown, .listen])
    func `a call that fails leaves no file behind`(call: SystemCall) {
        let failure = #expect(throws: SystemFailure.self) {
            try ForcedFailures.with({ $0 == call ? .notPermitted : nil }) {
                _ = try UnixListener(path: path, groupID: getegid())
            }
        }
        #expect(failure?.errno == .notPermitted)
        #expect(status() == nil)
    }
}

@Suite struct PassedSocketTests {
    @Test func `only a listening stream socket is accepted`() throws {
        let scratch = try ScratchDirectory()
        let listening = try TestSocket(type: TestSocket.stream)
        try #require(listening.bind(scratch.path + "/a") == 0)
        let before = #expect(throws: SystemFailure.self) {
            try PassedSocket(name: "a", descriptor: listening.descriptor).check()
        }
        #expect(before?.errno == .protocolWrongTypeForSocket)
        try #require(listening.listen() == 0)
        try PassedSocket(name: "a", descriptor: listening.descriptor).check()
        let datagram = try TestSocket(type: TestSocket.datagram)
        #expect(throws: SystemFailure.self) {
            try PassedSocket(name: "d", descriptor: datagram.descriptor).check()
        }
        #expect(throws: SystemFailure.self) { try PassedSocket(name: "closed", descriptor: -1).check() }
    }
}
