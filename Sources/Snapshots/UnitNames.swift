/// The names that a pattern for units may mean a process by: the one of its group, as `numawatch groups` prints it, and
/// systemd's own of every unit its cgroup lies in.
///
/// Of `/user.slice/user-1000.slice/user@1000.service/app.slice/mine.service` these are the group
/// `user@1000.service/mine.service`, the units `user@1000.service` and `mine.service`, and the slices.
package struct UnitNames: Hashable, Sendable {
    /// The group's name, then the units', from the outermost in.
    package private(set) var units: [String]
    /// From the outermost in.
    package private(set) var slices: [String] = []

    /// - Parameters:
    ///   - group: As in ``ProcessRecord/groupName``.
    ///   - cgroupPath: Nil where it is not known.
    package init(group: String, cgroupPath: String?) {
        units = [group]
        for component in (cgroupPath ?? "").split(separator: "/") {
            // systemd hides a name that the kernel's files would collide with behind a `_`.
            let name = String(component.hasPrefix("_") ? component.dropFirst() : component)
            if name.hasSuffix(".slice") {
                slices.append(name)
            } else if name != group, Self.endings.contains(where: name.hasSuffix) {
                units.append(name)
            }
        }
    }

    private static let endings = [".service", ".scope", ".mount", ".socket", ".swap"]

    /// Whether a pattern means the process. One for slices has to end like one: else `user*` would mean every user's units.
    ///
    /// - Parameter matches: Whether a name fits a pattern.
    package func fit(_ pattern: String, matches: (_ name: String, _ pattern: String) -> Bool) -> Bool {
        units.contains { matches($0, pattern) }
            || pattern.hasSuffix(".slice") && slices.contains { matches($0, pattern) }
    }
}

extension ProcessRecord {
    /// The names that patterns for units may mean it by.
    package var unitNames: UnitNames { UnitNames(group: groupName, cgroupPath: cgroupPath) }
}
