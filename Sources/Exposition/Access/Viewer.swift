/// On whose behalf a document is made, and so what it may hold.
package enum Viewer: Hashable, Sendable {
    /// Sees everything: root, members of the service's group, the daemon itself.
    case all
    /// Sees the host's totals and the processes of this user.
    case limited(uid: UInt32)

    /// Whether something that belongs to `uid` may be shown; what belongs to nobody known is shown to ``all`` only.
    package func maySee(uid: UInt32?) -> Bool {
        switch self {
        case .all: true
        case .limited(let own): uid == own
        }
    }
}
