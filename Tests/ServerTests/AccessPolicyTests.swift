import Exposition
import LinuxSystem
import Server
import Testing

@Suite("Who may see what")
struct AccessPolicyTests {
    private static let service: UInt32 = 900

    @Test(
        "follows user and groups",
        arguments: [
            // root, whatever its groups
            (PeerCredentials(processID: 1, userID: 0, groupID: 0), Viewer.all, Viewer.all),
            // the daemon's own user
            (PeerCredentials(processID: 1, userID: 990, groupID: 5), .all, .all),
            // a member by its own group, and by a supplementary one
            (PeerCredentials(processID: 1, userID: 1000, groupID: service), .all, .all),
            (PeerCredentials(processID: 1, userID: 1000, groupID: 5, supplementaryGroupIDs: [7, service]), .all, .all),
            // anybody else
            (PeerCredentials(processID: 1, userID: 1000, groupID: 5), nil, .limited(uid: 1000)),
            // group 0 is not our group
            (PeerCredentials(processID: 1, userID: 1000, groupID: 0), nil, .limited(uid: 1000)),
        ] as [(PeerCredentials, Viewer?, Viewer?)])
    func viewer(peer: PeerCredentials, closed: Viewer?, opened: Viewer?) {
        var policy = AccessPolicy(ownUserID: 990, groupID: Self.service, othersMayRead: false)
        #expect(policy.viewer(for: peer) == closed)
        policy.othersMayRead = true
        #expect(policy.viewer(for: peer) == opened)
    }

    @Test("without a group on the host, nobody is its member")
    func noGroup() {
        let policy = AccessPolicy(ownUserID: 990, groupID: nil, othersMayRead: false)
        #expect(policy.viewer(for: PeerCredentials(processID: 1, userID: 1000, groupID: 5)) == nil)
    }

    @Test("a peer that may see nothing gets 403 with a remedy, and the connection ends")
    func denied() throws {
        let connection = try EmbeddedConnection(viewer: nil)
        try connection.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        let output = try connection.output()
        #expect(output.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(output.contains("\"remedy\""))
        #expect(!connection.isOpen)
    }

    @Test("a limited peer gets its own processes")
    func limited() throws {
        let connection = try EmbeddedConnection(viewer: .limited(uid: 1001))
        try connection.send("GET /v1/processes HTTP/1.1\r\nhost: x\r\n\r\nGET /v1/processes/1 HTTP/1.1\r\n\r\n")
        let output = try connection.output()
        #expect(output.contains("process-2") && !output.contains("process-1") && !output.contains("process-3"))
        #expect(output.contains("HTTP/1.1 404 Not Found\r\n"))
    }
}
