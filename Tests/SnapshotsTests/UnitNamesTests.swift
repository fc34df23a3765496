import Snapshots
import Testing

struct UnitNamesTests {
    @Test(arguments: [
        ("ssh.service", "/system.slice/ssh.service", ["ssh.service"], ["system.slice"]),
        (
            "user@1000.service/mine.service", "/user.slice/user-1000.slice/user@1000.service/app.slice/mine.service",
            ["user@1000.service/mine.service", "user@1000.service", "mine.service"],
            ["user.slice", "user-1000.slice", "app.slice"]
        ),
        (
            "machine-c1", "/machine.slice/machine-c1.scope/payload/system.slice/inner.service",
            ["machine-c1", "machine-c1.scope", "inner.service"], ["machine.slice", "system.slice"]
        ),
        ("cpu.service", "/system.slice/_cpu.service", ["cpu.service"], ["system.slice"]),
        ("/batch/job", "/batch/job", ["/batch/job"], []),
    ])
    func `a process goes by its group's name and those of the units its cgroup lies in`(
        group: String, path: String, units: [String], slices: [String]
    ) {
        let names = UnitNames(group: group, cgroupPath: path)
        #expect(names.units == units)
        #expect(names.slices == slices)
        #expect(UnitNames(group: group, cgroupPath: nil).units == [group])
    }

    @Test func `a slice is meant by a pattern that ends like one only`() {
        let names = UnitNames(group: "a.service", cgroupPath: "/user.slice/a.service")
        func isPrefix(_ name: String, _ pattern: String) -> Bool { name.hasPrefix(pattern.prefix(4)) }
        #expect(names.fit("user.slice", matches: isPrefix))
        #expect(!names.fit("user*", matches: isPrefix))
        #expect(names.fit("a.se*", matches: isPrefix))
    }
}
