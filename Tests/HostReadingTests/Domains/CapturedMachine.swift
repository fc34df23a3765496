import FixtureSupport
import LinuxSystem
import Testing

/// The captured machines.
struct CapturedMachine: Sendable, CustomTestStringConvertible {
    var name: String
    var root: MemoryRoot
    /// The kernel's own dump.
    var log: String

    var testDescription: String { name }

    static let names: [String] =
        (try? DirectoryRoot(Fixture.directory + "/domains").list("/"))?
        .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) } ?? []

    init(_ name: String) throws {
        let archive = TextArchive(try Fixture.bytes("domains/\(name).txt"))
        self.name = name
        root = archive.root
        log = String(decoding: archive.files["expected.dmesg"] ?? [], as: UTF8.self)
        root.remove("/expected.dmesg")
    }

    /// The machine as an unprivileged or contained process sees it: without debugfs and schedstat.
    var unprivileged: MemoryRoot {
        var copy = root
        copy.remove("/sys/kernel/debug")
        copy.remove("/proc/schedstat")
        // Where kernels before 5.13 have what debugfs has; they let everyone read it.
        copy.remove("/proc/sys/kernel/sched_domain")
        return copy
    }
}
