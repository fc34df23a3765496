/// What a cgroup path says about who runs a process: systemd unit, user unit, container, pod.
///
/// A path is read the way systemd names things: leading `.slice` components nest, the first component behind them is the
/// unit; under `user@<uid>.service` the same again is the user's own unit. A component that would collide with a kernel
/// file carries a leading `_`, which is taken off. Container engines name their scope or directory after the container:
///
/// | path | result |
/// |---|---|
/// | `/system.slice/ssh.service` | unit `ssh.service` in `system.slice` |
/// | `/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service` | user unit `foo.service` |
/// | `/system.slice/docker-<id>.scope`, `/docker/<id>` | container `<id>` of docker |
/// | `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope` | pod, container |
/// | `/kubepods/burstable/pod<uid>/<id>` | pod, container |
package struct CgroupPlacement: Hashable, Sendable {
    /// A container and the engine that named it.
    package struct Container: Hashable, Sendable {
        /// `docker`, `libpod`, `cri-containerd`, `crio`, `lxc`, `machine`, or `kubepods` where the path names no engine.
        package var engine: String
        package var id: String
    }

    /// A Kubernetes pod.
    package struct Pod: Hashable, Sendable {
        /// The uid, with dashes.
        package var uid: String
        /// `guaranteed`, `burstable` or `besteffort`.
        package var qualityOfService: String
    }

    /// The path it was made from.
    package var path: String
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

    /// Reads a path as `/proc/<pid>/cgroup` prints it. Never fails: what it cannot tell stays nil.
    package init(path: String) {
        self.path = path
        var components: [String] = []
        for component in path.split(separator: "/", omittingEmptySubsequences: true) where component != ".." {
            components.append(Self.unescapedComponent(component))
        }
        readUnits(components)
        readContainers(components)
    }

    /// The name to group by: container, else the user's unit, else the unit, else the innermost slice, else the path.
    /// A user's unit is prefixed by its manager, as two users may have units of one name.
    package var groupName: String {
        if let container { return "\(container.engine)-\(container.id)" }
        if let userUnit, let unit { return "\(unit)/\(userUnit)" }
        return unit ?? slice ?? path
    }

    /// Whether the path is the root: a process outside of any group, as kernel threads are.
    package var isRoot: Bool { path == "/" || path.isEmpty }

    private mutating func readUnits(_ components: [String]) {
        var index = 0
        while index < components.count, components[index].hasSuffix(".slice") {
            slice = components[index]
            index += 1
        }
        // A machine without systemd has other names here; a version 1 container path has none of these endings either.
        guard index < components.count, Self.isUnit(components[index]) else { return }
        let manager = components[index]
        unit = manager
        index += 1
        guard manager.hasPrefix("user@"), manager.hasSuffix(".service") else { return }
        while index < components.count, components[index].hasSuffix(".slice") {
            userSlice = components[index]
            index += 1
        }
        if index < components.count, Self.isUnit(components[index]) { userUnit = components[index] }
    }

    /// A leading `_` hides a name that the kernel's files would collide with.
    private static func unescapedComponent(_ component: Substring) -> String {
        String(component.hasPrefix("_") ? component.dropFirst() : component)
    }

    private static func isUnit(_ name: String) -> Bool {
        for ending in [".service", ".scope", ".mount", ".socket", ".swap"]
        where name.hasSuffix(ending) && name.utf8.count > ending.utf8.count { return true }
        return false
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

extension CgroupPlacement {
    private mutating func readContainers(_ components: [String]) {
        for (index, component) in components.enumerated() {
            if let pod = Self.pod(component, in: components) { self.pod = pod }
            if let container = Self.scopeContainer(component) {
                self.container = container
            } else if Self.isContainerID(component), index > 0 {
                let parent = components[index - 1]
                if parent == "docker" || parent == "libpod_parent" || parent == "lxc" {
                    self.container = Container(engine: parent == "libpod_parent" ? "libpod" : parent, id: component)
                } else if pod != nil {
                    self.container = Container(engine: "kubepods", id: component)
                }
            }
        }
    }

    /// `<engine>-<id>.scope`, `machine-<name>.scope`, `lxc.payload.<name>`.
    private static func scopeContainer(_ component: String) -> Container? {
        if component.hasPrefix("lxc.payload.") {
            return Container(engine: "lxc", id: String(component.dropFirst("lxc.payload.".count)))
        }
        guard component.hasSuffix(".scope") else { return nil }
        let name = component.dropLast(".scope".count)
        if name.hasPrefix("machine-") {
            return Container(engine: "machine", id: unescapedUnitName(String(name.dropFirst("machine-".count))))
        }
        for engine in ["docker", "libpod", "cri-containerd", "crio"] where name.hasPrefix(engine + "-") {
            let id = name.dropFirst(engine.count + 1)
            if isContainerID(id) { return Container(engine: engine, id: String(id)) }
        }
        return nil
    }

    /// `pod<uid>` below `kubepods`, or `kubepods[-<class>]-pod<uid_with_underscores>.slice`.
    private static func pod(_ component: String, in components: [String]) -> Pod? {
        guard let first = components.first(where: { $0.hasPrefix("kubepods") }) else { return nil }
        var quality = "guaranteed"
        let name: Substring
        if component.hasSuffix(".slice"), component.hasPrefix("kubepods") {
            let body = component.dropLast(".slice".count).dropFirst("kubepods-".count)
            if body.hasPrefix("burstable-") { quality = "burstable" }
            if body.hasPrefix("besteffort-") { quality = "besteffort" }
            name = quality == "guaranteed" ? body : body.dropFirst(quality.count + 1)
        } else if first == "kubepods", component.hasPrefix("pod") {
            name = component[...]
            if components.contains("burstable") { quality = "burstable" }
            if components.contains("besteffort") { quality = "besteffort" }
        } else {
            return nil
        }
        guard name.hasPrefix("pod"), name.utf8.count > 3 else { return nil }
        return Pod(
            uid: String(name.dropFirst(3).map { $0 == "_" ? "-" : $0 }), qualityOfService: quality)
    }

    /// At least 12 hexadecimal digits; the engines use 64.
    private static func isContainerID(_ text: some StringProtocol) -> Bool {
        text.utf8.count >= 12 && text.utf8.allSatisfy { Byte.hexDigit($0) <= 15 }
    }
}
