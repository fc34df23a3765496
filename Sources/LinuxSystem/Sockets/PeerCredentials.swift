import CLinuxShims
import Glibc
import SystemPackage

/// Who is at the other end of a Unix socket, as the kernel noted when it connected: nothing a client can claim.
package struct PeerCredentials: Hashable, Sendable {
    package let processID: Int32
    package let userID: UInt32
    package let groupID: UInt32
    /// The supplementary groups it had then (SO_PEERGROUPS, Linux 4.13); empty where the kernel does not tell.
    package let supplementaryGroupIDs: [UInt32]

    package init(processID: Int32, userID: UInt32, groupID: UInt32, supplementaryGroupIDs: [UInt32] = []) {
        self.processID = processID
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroupIDs = supplementaryGroupIDs
    }

    /// Of a peer that the kernel says nothing of: the user that owns nothing (`overflowuid`), and no process.
    package static let nobody = PeerCredentials(processID: 0, userID: 65_534, groupID: 65_534)

    /// Asks for SO_PEERCRED and SO_PEERGROUPS of a connected Unix stream socket.
    package init(socket: Int32) throws(SystemFailure) {
        var (process, user, group): (pid_t, uid_t, gid_t) = (0, uid_t.max, gid_t.max)
        do {
            _ = try calling(.getsockopt) {
                unsafe numawatch_peer_credentials(socket, &process, &user, &group)
            }
        } catch {
            throw SystemFailure("ask who is at the other end of", "socket \(socket)", error)
        }
        // A socket of another kind answers, with nobody in it.
        guard user != uid_t.max else {
            throw SystemFailure("ask who is at the other end of", "socket \(socket)", .socketNotConnected)
        }
        self.init(
            processID: process, userID: user, groupID: group,
            supplementaryGroupIDs: Self.supplementaryGroups(socket))
    }

    /// Whether it is in a group, by its own group or a supplementary one.
    package func isMember(ofGroup groupID: UInt32) -> Bool {
        self.groupID == groupID || supplementaryGroupIDs.contains(groupID)
    }

    private static func supplementaryGroups(_ socket: Int32) -> [UInt32] {
        var groups = [gid_t](repeating: 0, count: 64)
        while true {
            let size = MemoryLayout<gid_t>.stride
            var length = socklen_t(groups.count * size)
            if unsafe getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, &groups, &length) == 0 {
                return Array(groups.prefix(Int(length) / size))
            }
            // Too little room: the length says how much is needed.
            guard errno == ERANGE, Int(length) > groups.count * size else { return [] }
            groups = [gid_t](repeating: 0, count: Int(length) / size)
        }
    }
}
