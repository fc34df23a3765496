/// What a cgroup path says about what runs in it: job, container, virtual machine, pod, systemd unit.
///
/// The names are those of ``CgroupRule/table``. A path is read the way systemd names things: leading `.slice` components
/// nest, the first component behind them is the unit; under `user@<uid>.service` the same again is the user's own unit. A
/// component that would collide with a kernel file carries a leading `_`, which is taken off.
///
/// A job is a group whatever runs in it. Of containers in containers the innermost is the group: `/lxc/101/docker/<id>` is
/// Docker's. What a user's own manager runs is that user's: its group is prefixed with the manager, because any user may
/// name a container or a unit as the system or another user does.
package struct CgroupPlacement: Hashable, Sendable {
    /// A container and the engine that named it.
    package struct Container: Hashable, Sendable {
        /// `docker`, `libpod`, `cri-containerd`, `crio`, `lxc`, `machine`…; `kubepods` or `container` where the path names
        /// no engine.
        package var engine: String
        package var id: String
    }

    /// A Kubernetes pod.
    package struct Pod: Hashable, Sendable {
        /// The uid, with dashes where the path has underscores.
        package var uid: String
        /// `guaranteed`, `burstable` or `besteffort`.
        package var qualityOfService: String
    }

    /// The path it was made from.
    package var path: String
    package var kind = CgroupRule.Kind.path
    /// The name to group by.
    package var groupName: String
    /// The cgroup all processes of the group are in or below: the part of ``path`` that makes ``groupName``.
    package var groupPath: String
    /// The user below whose manager or session it lies, or whose job it is.
    package var ownerUID: UInt32?
    /// The innermost system slice, such as `user-1000.slice`; nil when the path has none.
    package var slice: String?
    /// The system unit: a `.service`, `.scope`, `.mount`, `.socket` or `.swap`.
    package var unit: String?
    /// The innermost slice inside `user@<uid>.service`.
    package var userSlice: String?
    /// The user's own unit inside `user@<uid>.service`.
    package var userUnit: String?
    package var container: Container?
    package var pod: Pod?
    /// The job of a batch system: a number, or the unique name Slurm 26.05 gives it.
    package var job: String?
    /// The step of the job, such as `0` or `batch`.
    package var step: String?

    /// Reads a path as `/proc/<pid>/cgroup` prints it. Never fails: what it cannot tell stays nil.
    package init(path: String) {
        self.path = path
        groupName = path
        groupPath = path
        let raw = path.split(separator: "/", omittingEmptySubsequences: true)
        // A path outside the reader's cgroup namespace begins with `..`.
        let outside = raw.prefix { $0 == ".." }.count
        let components = raw.dropFirst(outside).map(Self.unescapedComponent)
        var end = readUnits(components)
        if let special = readSpecial(components) { end = special }
        groupPath = "/" + raw.prefix(outside + end).joined(separator: "/")
    }

    /// Whether the path is the root: a process outside of any group, as kernel threads are.
    package var isRoot: Bool { path == "/" || path.isEmpty }

    /// Whether a rule of its own says what it is, not only where systemd or another program put it.
    package var isSpecific: Bool {
        switch kind {
        case .job, .container, .machine, .pod: true
        case .userUnit, .unit, .slice, .path: false
        }
    }

    // MARK: Units

    /// - Returns: How many components make the group.
    private mutating func readUnits(_ components: [String]) -> Int {
        for pattern in CgroupRule.owners {
            if let owner = pattern.match(components, from: 0)?.captures["uid"].flatMap({ UInt32($0) }) {
                ownerUID = owner
                break
            }
        }
        for rule in CgroupRule.units {
            guard let match = rule.matcher.match(components, from: 0) else { continue }
            slice = match.captures["slice"]
            userSlice = match.captures["user-slice"]
            if rule.kind == .userUnit {
                unit = match.captures["uid"].map { "user@\($0).service" }
                userUnit = match.captures["unit"]
            } else {
                unit = match.captures["unit"]
            }
            kind = rule.kind
            groupName = rule.groupName(match.captures)
            return match.end
        }
        return components.count
    }

    // MARK: Everything else

    /// - Returns: How many components make the group; nil where no rule but those of systemd fits.
    private mutating func readSpecial(_ components: [String]) -> Int? {
        if let (rule, match) = Self.first(of: CgroupRule.jobs, in: components) {
            job = match.captures["job"] ?? match.captures["sluid"]
            if let owner = match.captures["uid"].flatMap({ UInt32($0) }) { ownerUID = owner }
            if match.end < components.count {
                step = CgroupRule.step.match(components, from: match.end)?.captures["step"]
            }
            kind = rule.kind
            groupName = rule.groupName(match.captures)
            return match.end
        }
        let podMatch = Self.innermost(of: CgroupRule.pods, in: components)
        let containerMatch = Self.innermost(of: CgroupRule.containers, in: components)
        if let (_, match) = podMatch, let uid = match.captures["pod"] {
            pod = Self.pod(uid, components[match.end - 1], components[..<(match.end - 1)])
        } else if let name = containerMatch?.match.captures["slice"],
            let (_, match) = Self.innermost(of: CgroupRule.pods, in: [name]), let uid = match.captures["pod"]
        {
            pod = Self.pod(uid, name, [])
        }
        if let (rule, match) = containerMatch, podMatch.map({ $0.match.end <= match.end }) ?? true {
            let engine = rule.engine ?? ""
            groupName = rule.groupName(match.captures)
            container = Container(engine: engine, id: String(groupName.dropFirst(engine.utf8.count + 1)))
            kind = rule.kind
            groupName = prefixed(groupName, components, match.end)
            return match.end
        }
        if let (rule, match) = podMatch, let pod {
            kind = rule.kind
            groupName = prefixed("pod-\(pod.uid)", components, match.end)
            return match.end
        }
        return nil
    }

    private static func pod(_ uid: String, _ component: String, _ before: ArraySlice<String>) -> Pod {
        var quality = "guaranteed"
        for name in ["burstable", "besteffort"] {
            if component.contains("-\(name)-pod") || before.last == name { quality = name }
        }
        return Pod(uid: String(uid.map { $0 == "_" ? "-" : $0 }), qualityOfService: quality)
    }

    /// The name under the manager, or the slice, of the user it belongs to; as it is for the system's own.
    private func prefixed(_ name: String, _ components: [String], _ end: Int) -> String {
        guard ownerUID != nil else { return name }
        if let unit, unit.hasPrefix("user@") { return "\(unit)/\(name)" }
        return slice.map { "\($0)/\(name)" } ?? name
    }

    private typealias Found = (rule: CgroupRule, match: (captures: CgroupPattern.Captures, end: Int))

    /// The outermost place where one of some rules fits.
    private static func first(of rules: [CgroupRule], in components: [String]) -> Found? {
        for start in components.indices {
            for rule in rules {
                if let match = rule.matcher.match(components, from: start) { return (rule, match) }
            }
        }
        return nil
    }

    /// The innermost place where one of some rules fits; of several that end there, the first in the table.
    private static func innermost(of rules: [CgroupRule], in components: [String]) -> Found? {
        var found: Found?
        for start in components.indices {
            for rule in rules {
                guard let match = rule.matcher.match(components, from: start) else { continue }
                if let found, match.end <= found.match.end { continue }
                found = (rule, match)
            }
        }
        return found
    }

    /// A leading `_` hides a name that the kernel's files would collide with.
    private static func unescapedComponent(_ component: Substring) -> String {
        String(component.hasPrefix("_") ? component.dropFirst() : component)
    }

    /// Undoes systemd's `\xNN` escapes in a unit name, for display: `dev-disk\x2dby.mount` is `dev-disk-by.mount`.
    package static func unescapedUnitName(_ name: String) -> String {
        let source = Array(name.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == Byte.backslash, index + 3 < source.count, source[index + 1] == 0x78 {
                let (high, low) = (Byte.hexDigit(source[index + 2]), Byte.hexDigit(source[index + 3]))
                if high <= 15, low <= 15 {
                    result.append(high << 4 | low)
                    index += 4
                    continue
                }
            }
            result.append(source[index])
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
