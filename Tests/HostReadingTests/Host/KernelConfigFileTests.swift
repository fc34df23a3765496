import HostReading
import LinuxSystem
import Snapshots
import Testing

/// Where a kernel's build configuration is found, by whoever asks.
@Suite struct KernelConfigFileTests {
    private static let release = "7.3.4+deb13-amd64"
    private static let places: [String] = [
        "/proc/config.gz", "/boot/config-\(release)", "/lib/modules/\(release)/config",
        "/usr/lib/modules/\(release)/config",
    ]

    private func root(_ files: [String: String]) -> MemoryRoot {
        var root = MemoryRoot(files: files)
        root.addFile("/proc/sys/kernel/osrelease", text: "\(Self.release)\n")
        return root
    }

    @Test("Every reader finds it wherever it is", arguments: places)
    func found(path: String) throws {
        var root = SyntheticMachine.root
        root.addFile("/proc/sys/kernel/osrelease", text: "\(Self.release)\n")
        root.addFile(path, text: "CONFIG_X86_64=y\nCONFIG_HZ=300\n# CONFIG_SCHEDSTATS is not set\n")
        #expect(KernelConfigFile.read(Self.release, of: root, keeping: ["CONFIG_HZ"])?.path == path)
        #expect(DomainsReader.read(root).configPath == path)
        let facts = try BalancingHost.read(from: root).facts
        let ticks = try #require(facts.first { $0.name == "ticks per second" })
        #expect(ticks.value == "300" && ticks.origin == path)
        #expect(KernelSurroundings(of: root).has("CONFIG_SCHEDSTATS") == false)
        let source = try #require(SourceProbes(root).run().first { $0.name == "kernel-config" })
        #expect(source.isReadable && source.path == path)
    }

    @Test("Of several the running kernel's own word counts, then what comes first")
    func order() {
        var files: [String: String] = [:]
        for path in Self.places.reversed() {
            files[path] = "CONFIG_HZ=100\n"
            #expect(KernelConfigFile.read(Self.release, of: root(files), keeping: ["CONFIG_HZ"])?.path == path)
        }
    }

    @Test("One that is packed or damaged is passed over for the next, and only the damaged is told")
    func damaged() {
        let files = [Self.places[1]: "no option\n", Self.places[3]: "CONFIG_HZ=100\n"]
        var root = root(files)
        root.addFile(Self.places[0], [0x1f, 0x8b, 8, 0])
        var told: [String] = []
        let file = KernelConfigFile.read(Self.release, of: root, keeping: ["CONFIG_HZ"]) { path, _ in told.append(path)
        }
        #expect(file?.path == Self.places[3])
        #expect(told == [Self.places[1]])
    }

    @Test("A release that is a path, or none, has no configuration", arguments: [nil, "../../etc/passwd"])
    func strange(release: String?) {
        #expect(KernelConfigFile.read(release, of: root([:]), keeping: ["CONFIG_HZ"]) == nil)
    }

    @Test("A configuration that only commands unpack is not said to be missing")
    func packed() throws {
        var root = root([:])
        root.addFile(Self.places[0], [0x1f, 0x8b, 8, 0])
        #expect(KernelSurroundings(of: root).configuration == .compressed)
        let source = try #require(SourceProbes(root).run().first { $0.name == "kernel-config" })
        guard case .notApplicable(let reason) = source.state else {
            Issue.record("\(source.state)")
            return
        }
        #expect(reason.contains("commands unpack"))
    }
}

/// The least machine that every reader takes for one.
private enum SyntheticMachine {
    static var root: MemoryRoot {
        MemoryRoot(files: [
            "/sys/devices/system/cpu/possible": "0-3\n", "/sys/devices/system/cpu/online": "0-3\n",
            "/sys/devices/system/node/online": "0-1\n",
            "/sys/devices/system/node/node0/cpulist": "0-1\n", "/sys/devices/system/node/node1/cpulist": "2-3\n",
            "/sys/devices/system/node/node0/distance": "10 21\n", "/sys/devices/system/node/node1/distance": "21 10\n",
        ])
    }
}
