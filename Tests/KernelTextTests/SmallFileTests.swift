import Testing

@testable import KernelText

@Suite struct SmallFileTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func distancesAreReadAlsoBehindABlank() throws {
        #expect(try NodeDistance.parse(bytes("10 21 31 21\n").span) == [10, 21, 31, 21])
        #expect(try NodeDistance.parse(bytes(" 20 10\n").span) == [20, 10])
        for bad in ["", "\n", "10 x\n", "10,20\n", "10 70000\n"] {
            #expect(throws: KernelTextError.self) { try NodeDistance.parse(bytes(bad).span) }
        }
    }

    @Test func scalarsAreRead() throws {
        #expect(try ScalarFile.unsigned(bytes("60000\n").span, field: "x") == 60000)
        #expect(try ScalarFile.unsigned(bytes("60000").span, field: "x") == 60000)
        #expect(try ScalarFile.signed(bytes("-1\n").span, field: "x") == -1)
        #expect(try ScalarFile.signed(bytes("-9223372036854775808\n").span, field: "x") == Int64.min)
        #expect(try ScalarFile.boolean(bytes("Y\n").span, field: "x"))
        #expect(try !ScalarFile.boolean(bytes("N\n").span, field: "x"))
        #expect(try ScalarFile.boolean(bytes("1").span, field: "x"))
        #expect(try ScalarFile.sizeBytes(bytes("16384K\n").span, field: "x") == 16 << 20)
        #expect(try ScalarFile.sizeBytes(bytes("2M").span, field: "x") == 2 << 20)
        #expect(try ScalarFile.sizeBytes(bytes("512\n").span, field: "x") == 512)
        #expect(ScalarFile.word(bytes(" Unified\n").span) == "Unified")
    }

    @Test(arguments: ["", "\n", "-1", "1 2", "0x10", "18446744073709551616", "\u{0}1"])
    func malformedNumbersAreRefused(text: String) {
        let error = #expect(throws: KernelTextError.self) {
            try ScalarFile.unsigned(bytes(text).span, file: .numaBalancingKnob, field: "scan_size_mb")
        }
        #expect(error?.file == .numaBalancingKnob)
        #expect(error?.field == "scan_size_mb")
    }

    @Test(arguments: ["", "Q", "YY", "2"])
    func malformedSwitchesAreRefused(text: String) {
        #expect(throws: KernelTextError.self) { try ScalarFile.boolean(bytes(text).span, field: "verbose") }
    }

    @Test func signedNumbersOutOfRangeAreRefused() {
        for text in ["-9223372036854775809", "9223372036854775808", "-", "--1"] {
            #expect(throws: KernelTextError.self) { try ScalarFile.signed(bytes(text).span, field: "x") }
        }
        for text in ["18446744073709551615G", "1T", "1KB"] {
            #expect(throws: KernelTextError.self) { try ScalarFile.sizeBytes(bytes(text).span, field: "x") }
        }
    }

    @Test(arguments: [
        ("6.12.107+deb12-amd64\n", KernelVersion(6, 12, 107), "+deb12-amd64"),
        ("6.18.44-fc-v657\n", KernelVersion(6, 18, 44), "-fc-v657"),
        ("6.1.0-28-amd64\n", KernelVersion(6, 1, 0), "-28-amd64"), ("7.3-rc2", KernelVersion(7, 3), "-rc2"),
        ("4.19.\n", KernelVersion(4, 19), "."),
    ])
    func releasesAreRead(text: String, version: KernelVersion, suffix: String) throws {
        let release = try KernelRelease(parsing: bytes(text).span)
        #expect(release.version == version)
        #expect(release.suffix == suffix)
        #expect(release.isReleaseCandidate == suffix.hasPrefix("-rc"))
        #expect("\(release)\n" == text || "\(release)" == text)
    }

    @Test func versionsCompareByNumber() {
        #expect(KernelVersion(6, 9) < KernelVersion(6, 10))
        #expect(KernelVersion(5, 19, 200) < KernelVersion(6, 0))
        #expect(KernelVersion(6, 1, 99) < KernelVersion(6, 1, 103))
        #expect("\(KernelVersion(6, 1, 3))" == "6.1.3")
        #expect(throws: KernelTextError.self) { try KernelRelease(parsing: bytes("six").span) }
        #expect(throws: KernelTextError.self) { try KernelRelease(parsing: bytes("6\n").span) }
    }

    @Test func debiansBannerTellsTheRealVersion() throws {
        let banner = try KernelBanner(parsing: bytes(Samples.banner).span)
        #expect(banner.release.version == KernelVersion(6, 1, 0))
        #expect(banner.debianVersion == KernelVersion(6, 1, 187))
        #expect(banner.codeVersion == KernelVersion(6, 1, 187))
        let other = "Linux version 6.18.44-fc-v657 (b@s) (gcc (Debian 12.2.0) 15.3.0) #1 SMP PREEMPT_DYNAMIC @0\n"
        let plain = try KernelBanner(parsing: bytes(other).span)
        #expect(plain.debianVersion == nil)
        #expect(plain.codeVersion == KernelVersion(6, 18, 44))
        #expect(throws: KernelTextError.self) { try KernelBanner(parsing: bytes("FreeBSD 14\n").span) }
    }

    @Test func lockdownIsTheWordInBrackets() throws {
        #expect(try Lockdown(parsing: bytes("[none] integrity confidentiality\n").span) == .none)
        #expect(try Lockdown(parsing: bytes("none [integrity] confidentiality\n").span) == .integrity)
        #expect(try Lockdown(parsing: bytes("none integrity [confidentiality]\n").span) == .confidentiality)
        for bad in ["none\n", "[new] none\n", "[none\n"] {
            #expect(throws: KernelTextError.self) { try Lockdown(parsing: bytes(bad).span) }
        }
    }

    @Test func domainFlagsAreNamesOrAnOldNumber() throws {
        let names = ["SD_BALANCE_NEWIDLE", "SD_NUMA"]
        #expect(try SchedFlags(parsing: bytes("SD_BALANCE_NEWIDLE SD_NUMA \n").span) == .names(names))
        #expect(try SchedFlags(parsing: bytes("\n").span) == .names([]))
        #expect(try SchedFlags(parsing: bytes("4143\n").span) == .number(4143))
        #expect(throws: KernelTextError.self) { try SchedFlags(parsing: bytes("SD_NUMA,SD_X\n").span) }
    }

    @Test func theMakerIsFoundOnBothArchitectures() throws {
        let info = try CPUInfo(parsing: bytes(Samples.cpuinfo).span)
        #expect(info.maker == .amd)
        #expect(info.family == 26)
        #expect(info.model == 2)
        #expect(info.stepping == 1)
        #expect(info.modelName == "AMD EPYC")
        let arm = try CPUInfo(parsing: bytes(Samples.cpuinfoArm).span)
        #expect(arm.maker == .other("0x48"))
        #expect(arm.part == 0xd01)
        #expect(arm.family == nil)
        #expect(try CPUInfo(parsing: bytes("vendor_id : GenuineIntel\n").span).maker == .intel)
        #expect(try CPUInfo(parsing: bytes("vendor_id : HygonGenuine\n").span).maker == .hygon)
        #expect(try CPUInfo(parsing: bytes("hart : 0\n").span).maker == nil)
        #expect(throws: KernelTextError.self) { try CPUInfo(parsing: bytes("cpu family : x\n").span) }
    }

    @Test func kernelOptionsAreRead() throws {
        let config = try KernelConfig(parsing: bytes(Samples.kernelConfig).span)
        #expect(config["CONFIG_NUMA_BALANCING"] == .yes)
        #expect(config["CONFIG_NODES_SHIFT"] == .number(10))
        #expect(config["CONFIG_PHYSICAL_START"] == .number(0x1000000))
        #expect(config["CONFIG_LOCALVERSION"] == .text(""))
        #expect(config["CONFIG_DEFAULT_HOSTNAME"] == .text("(none)"))
        #expect(config["CONFIG_EXT4_FS"] == .module)
        #expect(config["CONFIG_SCHED_CLUSTER"] == .no)
        #expect(config["CONFIG_SCHED_MC"] == nil)
        let few = try KernelConfig(parsing: bytes(Samples.kernelConfig).span, keeping: ["CONFIG_SCHED_CLUSTER"])
        #expect(few.count == 1)
        #expect(few["CONFIG_SCHED_CLUSTER"]?.isEnabled == false)
        for bad in ["NUMA=y\n", "CONFIG_NUMA\n"] {
            #expect(throws: KernelTextError.self) { try KernelConfig(parsing: bytes(bad).span) }
        }
    }
}
