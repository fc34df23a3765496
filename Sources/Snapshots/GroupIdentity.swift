/// What a group is, and whose: read off the path of its cgroup.
package struct GroupIdentity: Sendable, Hashable {
    /// `job`, `container`, `machine`, `pod`, `user-unit`, `unit`, `slice`, or `path` where no rule fits; `none` for
    /// processes outside any cgroup.
    package var kind: String
    /// The user below whose manager or session the cgroup lies, or whose job it is; absent for the system's.
    package var ownerUID: UInt32?
    /// The engine that named a container.
    package var engine: String?
    /// The container's id or name.
    package var containerID: String?
    /// The uid of a Kubernetes pod, with dashes where the path has underscores.
    package var podUID: String?
    /// `guaranteed`, `burstable` or `besteffort`.
    package var podQualityOfService: String?
    /// The job of a batch system.
    package var job: String?

    package init(kind: String = Self.noneKind) {
        self.kind = kind
    }

    /// The kind of processes outside any cgroup.
    package static let noneKind = "none"
}

extension GroupIdentity: SharedDefault {
    package static var sharedDefault: GroupIdentity { GroupIdentity() }
}
