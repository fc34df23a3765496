import KernelText
import Snapshots

/// What a process's `cgroup` file says of it; processes with the same file share it.
struct CgroupHome {
    let path: String?
    let groupName: String
    @Shared var groupIdentity = GroupIdentity()
    /// See ``ProcessRecord/groupCgroupPath``.
    let groupCgroupPath: String?
    let jobStep: String?

    init(_ file: CgroupFile) {
        let placement = file.placement
        path = placement?.path
        groupName = placement.flatMap { $0.isRoot ? nil : $0.groupName } ?? GroupNames.none
        groupCgroupPath = placement.flatMap { $0.path == file.unifiedPath ? $0.groupPath : nil }
        jobStep = placement?.step
        groupIdentity = placement.map(GroupIdentity.init) ?? GroupIdentity()
    }
}

/// The homes that were read last, by the text of the file.
///
/// A file is read again each minute, and thousands of processes have the same one: to understand it once is enough, and its
/// names are kept once.
struct CgroupHomes {
    static let limit = 256

    private var homes: [[UInt8]: CgroupHome] = [:]

    /// The home a file names.
    mutating func home(of text: [UInt8]) throws(KernelTextError) -> CgroupHome {
        if let known = homes[text] { return known }
        let home = CgroupHome(try CgroupFile(parsing: text.span))
        if homes.count >= Self.limit { homes.removeAll() }
        homes[text] = home
        return home
    }
}

extension GroupIdentity {
    /// What a path says.
    init(_ placement: CgroupPlacement) {
        self.init(kind: placement.isRoot ? Self.noneKind : placement.kind.rawValue)
        ownerUID = placement.ownerUID
        engine = placement.container?.engine
        containerID = placement.container?.id
        podUID = placement.pod?.uid
        podQualityOfService = placement.pod?.qualityOfService
        job = placement.job
    }
}
