package import Exposition
package import LinuxSystem

/// Who may see what, by what the kernel says about the peer. The socket file's permissions come before this: who may not
/// write to it never gets here.
package struct AccessPolicy: Sendable, Hashable {
    /// The daemon's own user.
    package var ownUserID: UInt32
    /// The group whose members see everything; absent when the host has none.
    package var groupID: UInt32?
    /// Whether anybody else is let in: to see the host's totals and their own processes.
    package var othersMayRead: Bool

    package init(ownUserID: UInt32, groupID: UInt32?, othersMayRead: Bool) {
        self.ownUserID = ownUserID
        self.groupID = groupID
        self.othersMayRead = othersMayRead
    }

    /// What a peer may see; nothing when it is not let in.
    package func viewer(for peer: PeerCredentials) -> Viewer? {
        if peer.userID == 0 || peer.userID == ownUserID { return .all }
        if let groupID, peer.isMember(ofGroup: groupID) { return .all }
        return othersMayRead ? .limited(uid: peer.userID) : nil
    }
}
