/// Names an administrator gave pods, containers and jobs.
package struct GivenNames: Sendable, Equatable {
    /// By uid without dashes, lower case.
    private var pods: [String: String] = [:]
    private var containers: [String: String] = [:]
    private var jobs: [String: String] = [:]
    private var containerIDLengths: Set<Int> = []

    /// What can be named.
    package enum Subject: String, Sendable, CaseIterable {
        case pod
        case container
        case job
    }

    /// The fewest digits of a container's id that name it: as many as engines print.
    package static let shortestContainerID = 12

    package init() {}

    package var isEmpty: Bool { pods.isEmpty && containers.isEmpty && jobs.isEmpty }

    /// Gives a name; a later one counts.
    package mutating func give(_ name: String, to subject: Subject, _ id: String) {
        switch subject {
        case .pod: pods[Self.podKey(id)] = name
        case .container:
            containers[id] = name
            containerIDLengths.insert(id.utf8.count)
        case .job: jobs[id] = name
        }
    }

    /// The name of a pod; nil when it has none.
    package func pod(_ uid: String) -> String? { pods[Self.podKey(uid)] }

    /// The name of a container, given to its whole id or the beginning of it.
    package func container(_ id: String) -> String? {
        if let name = containers[id] { return name }
        for length in containerIDLengths.sorted(by: >)
        where length >= Self.shortestContainerID && length < id.utf8.count {
            if let name = containers[String(id.prefix(length))] { return name }
        }
        return nil
    }

    /// The name of a job; nil when it has none.
    package func job(_ id: String) -> String? { jobs[id] }

    /// What a group is called by people; nil where nobody gave it a name. A container without one is called after its
    /// pod, with the beginning of its id: a pod has several.
    package func title(of identity: GroupIdentity) -> String? {
        if let name = identity.containerID.flatMap(container) ?? identity.job.flatMap(job) { return name }
        guard let name = identity.podUID.flatMap(pod) else { return nil }
        return identity.containerID.map { "\(name) (\($0.prefix(Self.shortestContainerID)))" } ?? name
    }

    /// Uids are written with dashes, underscores or, of static pods, nothing.
    private static func podKey(_ uid: String) -> String {
        uid.lowercased().filter { $0 != "-" && $0 != "_" }
    }
}
