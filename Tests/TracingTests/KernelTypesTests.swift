import KernelText
import LinuxSystem
import Testing

@testable import Tracing

/// The kernel's description of its types.
@Suite struct KernelTypesTests {
    /// Types as the kernel would describe them: each gets the next number.
    private struct Builder {
        private(set) var types: [UInt8] = []
        private(set) var names: [UInt8] = [0]

        private func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

        private mutating func name(_ text: String) -> Int {
            guard !text.isEmpty else { return 0 }
            defer { names += Array(text.utf8) + [0] }
            return names.count
        }

        mutating func add(_ kind: Int, _ text: String = "", count: Int = 0, flag: Bool = false, size: Int = 0) {
            types += word(name(text)) + word(kind << 24 | count | (flag ? 1 << 31 : 0)) + word(size)
        }

        mutating func words(_ values: Int...) {
            for value in values { types += word(value) }
        }

        mutating func part(_ text: String, type: Int, bits: Int) {
            let place = name(text)
            words(place, type, bits)
        }

        var bytes: [UInt8] {
            [0x9f, 0xeb, 1, 0] + word(24) + word(0) + word(types.count) + word(types.count) + word(names.count)
                + types + names
        }
    }

    /// A `task_struct` with all fields that are read, by every detour the kernel's own may take.
    private func task(withoutRuntime: Bool = false) -> Builder {
        var builder = Builder()
        builder.add(1, "long unsigned int", size: 8)  // 1
        builder.words(64)
        builder.add(8, "u64", size: 1)  // 2: typedef
        builder.add(3)  // 3: u64[3]
        builder.words(2, 1, 3)
        builder.add(4, "sched_avg", count: 2, size: 16)  // 4
        builder.part("last_update_time", type: 2, bits: 0)
        builder.part("load_sum", type: 2, bits: 64)
        builder.add(4, "sched_entity", count: withoutRuntime ? 2 : 3, size: 64)  // 5
        builder.part("exec_start", type: 2, bits: 64)
        if !withoutRuntime { builder.part("sum_exec_runtime", type: 2, bits: 128) }
        builder.part("avg", type: 4, bits: 256)
        builder.add(4, "task_struct", count: 0)  // 6: not the one
        builder.add(5, "", count: 1, size: 8)  // 7: a union without a name
        builder.part("last_sum_exec_runtime", type: 10, bits: 0)
        builder.add(6, "state", count: 1, size: 4)  // 8: enumeration
        builder.words(0, 5)
        builder.add(13, count: 1, size: 1)  // 9: function type
        builder.words(0, 1)
        builder.add(10, "", size: 2)  // 10: const u64
        builder.add(4, "task_struct", count: 6, flag: true, size: 512)  // 11
        builder.part("flags", type: 1, bits: 3 << 24 | 32)
        builder.part("se", type: 5, bits: 1024)
        builder.part("last_task_numa_placement", type: 2, bits: 2048)
        builder.part("", type: 7, bits: 2112)
        builder.part("numa_faults_locality", type: 3, bits: 2176)
        builder.part("mm", type: 9, bits: 2400)
        return builder
    }

    @Test func findsFieldsThroughPartsTypedefsAndArrays() throws {
        let types = try KernelTypes(task().bytes)
        #expect(types.place(of: ["se", "exec_start"], in: "task_struct") == .init(byteOffset: 136, byteCount: 8))
        #expect(types.place(of: ["se", "avg", "load_sum"], in: "task_struct") == .init(byteOffset: 168, byteCount: 8))
        #expect(types.place(of: ["last_sum_exec_runtime"], in: "task_struct") == .init(byteOffset: 264, byteCount: 8))
        #expect(types.place(of: ["numa_faults_locality"], in: "task_struct") == .init(byteOffset: 272, byteCount: 8))
        for path in [["se"], ["mm"], ["flags"], ["none"], ["se", "none"], ["last_task_numa_placement", "x"]] {
            #expect(types.place(of: path, in: "task_struct") == nil, "\(path)")
        }
        #expect(types.place(of: ["se", "exec_start"], in: "task") == nil)
    }

    @Test func makesArgumentsForTheProbe() throws {
        let text = try #require(TaskStateArguments.text(try KernelTypes(task().bytes)))
        #expect(
            text == "exec_start=+136($arg1):u64 sum_exec_runtime=+144($arg1):u64 load_sum=+168($arg1):u64 "
                + "last_task_numa_placement=+256($arg1):u64 last_sum_exec_runtime=+264($arg1):u64 "
                + "faults_remote=+272($arg1):u64 faults_local=+280($arg1):u64 faults_failed=+288($arg1):u64")
        #expect(TaskStateArguments.text(try KernelTypes(task(withoutRuntime: true).bytes)) == nil)
    }

    @Test func damagedBytesAreRefusedOrLackAField() {
        let whole = task().bytes
        for count in 0..<whole.count {
            #expect(throws: KernelTypes.Malformed.self) { try KernelTypes(Array(whole[..<count])) }
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let types = try? KernelTypes(bytes) else { continue }
            _ = TaskStateArguments.text(types)
        }
    }

    private static let hasTypes = DirectoryRoot.live.exists(TaskStateArguments.typesFile)

    @Test(.enabled(if: hasTypes, "this kernel does not describe its types: no /sys/kernel/btf/vmlinux"))
    func theRunningKernelsTypesAreRead() throws {
        let types = try KernelTypes(DirectoryRoot.live.readBytes(TaskStateArguments.typesFile))
        #expect(types.place(of: ["comm"], in: "task_struct")?.byteCount == 1)
        let pid = try #require(types.place(of: ["pid"], in: "task_struct"))
        let process = try #require(types.place(of: ["tgid"], in: "task_struct"))
        #expect(pid.byteCount == 4 && process.byteOffset == pid.byteOffset + 4)
        let start = try #require(types.place(of: ["se", "exec_start"], in: "task_struct"))
        let run = try #require(types.place(of: ["se", "sum_exec_runtime"], in: "task_struct"))
        #expect(start.byteCount == 8 && run.byteOffset == start.byteOffset + 8)
    }
}
