import FixtureSupport
import KernelText
import LinuxSystem
import Testing

@testable import TaskIterator

/// The BTF of four kernels, reduced to what is looked up; see `Tests/Fixtures/pack-btf.py`.
enum KernelFixture {
    static let releases = ["5.10", "6.1", "6.12", "7.3"]

    static func bytes(_ release: String) throws -> [UInt8] { try Fixture.bytes("btf/\(release).btf") }

    static func places(_ release: String) throws -> TaskPlaces {
        try TaskPlaces(KernelTypes(bytes(release)))
    }
}

@Suite("The program the iterator is made of")
struct TaskProgramTests {
    private static let forms: [(TaskProgram.Form, String)] = [(.complete, "complete"), (.withoutTaskFaults, "without")]

    @Test("for each kernel it is the one that was loaded there", arguments: KernelFixture.releases, [0, 1])
    func listing(_ release: String, _ form: Int) throws {
        let (form, name) = Self.forms[form]
        let program = TaskProgram(try KernelFixture.places(release), form, nodeCount: 2, blind: 0x1234_5678_9abc)
        let golden = "btf/\(release)-\(name).listing"
        // To renew the listings, run once with NUMAWATCH_UPDATE_GOLDEN=1; then see that the kernels still load them.
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") != nil {
            try Output.replaceFile("\(Fixture.directory)/\(golden)", with: Array(program.listing.utf8))
        }
        #expect(program.listing == (try String(decoding: Fixture.bytes(golden), as: UTF8.self)), "\(golden)")
    }

    @Test("only the places of fields tell the programs of kernels apart, but for what a kernel has in another shape")
    func shapes() throws {
        func shape(_ release: String) throws -> Int {
            TaskProgram(try KernelFixture.places(release), .complete, nodeCount: 2, blind: 0).instructions.count
        }
        #expect(try shape("6.12") == shape("7.3"))
        #expect(try KernelFixture.places("5.10").offsets.count == TaskField.allCases.count)
        #expect(try KernelFixture.places("7.3").offsets.count == TaskField.allCases.count)
    }

    @Test("no jump leads backwards or beyond the end, and the stack is kept to", arguments: KernelFixture.releases)
    func jumps(_ release: String) throws {
        for nodes in [1, 2, 3, 64, 256] {
            for form in TaskProgram.Form.allCases {
                let program = TaskProgram(try KernelFixture.places(release), form, nodeCount: nodes, blind: 1)
                let count = program.instructions.count
                for (index, instruction) in program.instructions.enumerated() {
                    let word = instruction.word
                    let (code, offset) = (UInt8(truncatingIfNeeded: word), Int16(truncatingIfNeeded: word >> 16))
                    if [0x05, 0x15, 0x45, 0x5d].contains(code) {
                        #expect(offset >= 0 && index + 1 + Int(offset) < count)
                    }
                    let (destination, source) = (word >> 8 & 15, word >> 12 & 15)
                    if code & 7 == 1 && source == 10 || [2, 3].contains(code & 7) && destination == 10 {
                        #expect((-512..<0).contains(offset))
                    }
                }
                #expect(program.instructions.last == .exit)
            }
        }
    }

    @Test("without bpf_probe_read_kernel the other form calls it nowhere")
    func helper() throws {
        let places = try KernelFixture.places("6.12")
        let complete = TaskProgram(places, .complete, nodeCount: 2, blind: 0).listing
        #expect(complete.contains("call bpf_probe_read_kernel"))
        let other = TaskProgram(places, .withoutTaskFaults, nodeCount: 2, blind: 0).listing
        #expect(!other.contains("call bpf_probe_read_kernel"))
    }

    @Test("what is taken from addresses is in the program, whole")
    func blind() throws {
        let listing = TaskProgram(
            try KernelFixture.places("6.12"), .complete, nodeCount: 2, blind: 0x2abc_0000_1234
        ).listing
        #expect(listing.contains("r2 = low \(0x1234)\n"))
        #expect(listing.contains("    high \(0x2abc)\n"))
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<100 { #expect(IteratorLoader.blind(&generator) < 1 << 46) }
    }

    @Test("a field a kernel lacks is zero in the record, and its bit says that it is not known")
    func absent() throws {
        var builder = TypesBuilder()
        try builder.addKernel(without: ["numa_scan_period", "comm"])
        let places = try TaskPlaces(KernelTypes(builder.bytes))
        #expect(places.offsets[.scanPeriod] == nil && places.offsets[.command] == nil && places.offsets[.pid] != nil)
        #expect(
            places.absentFields
                == 1 << UInt64(TaskField.scanPeriod.rawValue) | 1 << UInt64(TaskField.command.rawValue))
        let listing = TaskProgram(places, .complete, nodeCount: 1, blind: 0).listing
        #expect(listing.contains("*(u32 *)(fp -184) = 0\n"), "\(listing)")
    }

    @Test(
        "a kernel without what no record makes sense without is refused by name",
        arguments: ["numa_faults", "numa_group", "mm", "pid", "total_numa_faults", "numa_preferred_nid"])
    func lacking(_ field: String) throws {
        var builder = TypesBuilder()
        try builder.addKernel(without: [field])
        let types = try KernelTypes(builder.bytes)
        do {
            _ = try TaskPlaces(types)
            Issue.record("accepted without \(field)")
        } catch {
            #expect(
                error.description.contains(field == "numa_preferred_nid" ? "CONFIG_NUMA_BALANCING" : field), "\(error)")
        }
    }

    @Test("records have room for each field, and none for two")
    func places() {
        var taken: Set<Int> = []
        for (place, count) in TaskField.allCases.map({ ($0.place, $0.byteCount) }) + [
            (TaskRecordFormat.Place.size, 4), (TaskRecordFormat.Place.version, 2),
            (TaskRecordFormat.Place.nodeCount, 2), (TaskRecordFormat.Place.flags, 4),
            (TaskRecordFormat.Place.absentFields, 8), (TaskRecordFormat.Place.time, 8),
            (TaskRecordFormat.Place.jiffies, 8), (TaskRecordFormat.Place.group, 8),
            (TaskRecordFormat.Place.memory, 8),
        ] {
            for byte in place..<place + count { #expect(taken.insert(byte).inserted, "byte \(byte)") }
        }
        #expect(taken.count == TaskRecordFormat.headBytes)
    }
}
