/// The program that the kernel runs for each task: it copies fields into a record on its stack and writes that into the file
/// that is read.
///
/// It is put together for the running kernel from where its BTF says the fields lie, so that nothing has to be compiled,
/// relocated or shipped as an object. There is no map, no loop and no lock: two readers do not disturb each other, and the
/// verifier goes through each path once.
///
/// Registers: r6 the context (`struct bpf_iter__task`: the iteration, then the task), r7 the task, r8 the flags, r9 the
/// record's bytes. The stack, from its end: scratch, the addresses of the task's ledger, of the group and of the memory, the
/// head, and a piece of an array on its way.
///
/// Addresses do not leave the kernel. What identifies a group or a memory is its address less a random number, chosen as
/// the program is made: equal addresses stay equal, the larger stays the larger (by which the kernel decides between groups of
/// equal size, `task_numa_group` of kernel/sched/fair.c), and where anything lies is not told. The verifier lets nobody
/// reckon with an address: it is laid on the stack, its uppermost byte, which all addresses of the kernel share, is written
/// over, and what is read back is a number.
///
/// The task's ledger is a bare pointer in the kernel, which only `bpf_probe_read_kernel` follows. Where that is refused
/// (lockdown=confidentiality) the other form of the program does without; a group's ledger is part of a structure that BTF
/// describes, and is read either way.
package struct TaskProgram: Hashable, Sendable {
    package enum Form: Sendable, Hashable, CaseIterable {
        /// All of the record.
        case complete
        /// Without the task's ledger: `bpf_probe_read_kernel` is not called.
        case withoutTaskFaults
    }

    package private(set) var instructions: [BPFInstruction] = []
    private let places: TaskPlaces
    private let form: Form
    private let nodeCount: Int
    private let blind: UInt64
    /// Jumps to the end.
    private var exits: [Int] = []

    /// The program's own licence, as it declares it to the kernel: `bpf_probe_read_kernel` and `bpf_seq_write` are for
    /// programs under the GPL. The instructions below may be used under the GPL, version 2, or the BSD licence, at choice;
    /// nothing else of this repository is meant by it.
    package static let licence = "Dual BSD/GPL"
    package static let name = "numawatch_tasks"

    /// PF_KTHREAD, include/linux/sched.h: kernel threads have no memory.
    private static let kernelThread: Int32 = 0x0020_0000

    private enum Stack {
        static let scratch: Int16 = -8
        static let taskFaults: Int16 = -16
        static let group: Int16 = -24
        static let memory: Int16 = -32
        static let head = memory - Int16(TaskRecordFormat.headBytes)
        static let pieceBytes = 192
        static let piece = head - Int16(pieceBytes)
    }

    /// - Parameters:
    ///   - places: Where this kernel has its fields.
    ///   - nodeCount: `nr_node_ids`: the highest number a node may have, and one; 1 to ``TaskRecordFormat/mostNodes``.
    ///   - blind: What is taken from addresses.
    package init(_ places: TaskPlaces, _ form: Form, nodeCount: Int, blind: UInt64) {
        self.places = places
        self.form = form
        self.nodeCount = min(max(nodeCount, 1), TaskRecordFormat.mostNodes)
        self.blind = blind
        begin()
        copy(.task, from: .r7)
        noteTaskFaults()
        noteGroup()
        noteMemory()
        writeHead()
        writeTaskFaults()
        writeGroupFaults()
        writeTail()
        for index in exits { land(index) }
        emit(.set(.r0, 0), .exit)
    }

    /// A line for each instruction.
    package var listing: String {
        instructions.enumerated().map { "\($0): \($1)\n" }.joined()
    }

    // MARK: Parts

    private mutating func begin() {
        emit(.copy(.r6, .r1), .load(.eight, .r7, .r6, 8))
        exits.append(jump(.jump(.r7, equals: 0)))
        emit(.load(.four, .r1, .r7, offset(.taskFlags)))
        exits.append(jump(.jump(.r1, hasAnyOf: Self.kernelThread)))
        emit(.set(.r8, form == .complete ? 0 : Int32(TaskRecordFormat.Flags.isWithoutTaskFaults.rawValue)))
        emit(.set(.r9, Int32(TaskRecordFormat.headBytes + TaskRecordFormat.tailBytes)))
        emit(.store(.two, .frame, head(TaskRecordFormat.Place.version), Int32(TaskRecordFormat.version)))
        emit(.store(.two, .frame, head(TaskRecordFormat.Place.nodeCount), Int32(nodeCount)))
        instructions += BPFInstruction.setWide(.r1, places.absentFields)
        emit(.store(.eight, .frame, head(TaskRecordFormat.Place.absentFields), .r1))
        emit(.call(.ktimeGetNanoseconds), .store(.eight, .frame, head(TaskRecordFormat.Place.time), .r0))
        emit(.call(.jiffies64), .store(.eight, .frame, head(TaskRecordFormat.Place.jiffies), .r0))
    }

    /// Copies the fields of one structure; what the kernel lacks is zero.
    private mutating func copy(_ owner: TaskField.Owner, from base: BPFInstruction.Register) {
        for field in TaskField.allCases where field.owner == owner {
            guard let start = places.offsets[field] else {
                clear(field)
                continue
            }
            var done = 0
            while done < field.byteCount {
                // As much at once as both places allow.
                let width = Self.width(field.byteCount - done, start + done, field.place + done)
                emit(
                    .load(width, .r1, base, Int16(start + done)),
                    .store(width, .frame, head(field.place + done), .r1))
                done += width.rawValue
            }
        }
    }

    private mutating func clear(_ field: TaskField) {
        var done = 0
        while done < field.byteCount {
            let width = Self.width(field.byteCount - done, 0, field.place + done)
            emit(.store(width, .frame, head(field.place + done), 0))
            done += width.rawValue
        }
    }

    private mutating func clear(_ owner: TaskField.Owner, _ identity: Int) {
        emit(.store(.eight, .frame, head(identity), 0))
        for field in TaskField.allCases where field.owner == owner { clear(field) }
    }

    private mutating func noteTaskFaults() {
        guard form == .complete else { return }
        emit(.load(.eight, .r1, .r7, Int16(places.taskFaults)), .store(.eight, .frame, Stack.taskFaults, .r1))
        let none = jump(.jump(.r1, equals: 0))
        emit(.or(.r8, Int32(TaskRecordFormat.Flags.hasTaskFaults.rawValue)), .add(.r9, bytes(of: .task)))
        land(none)
    }

    private mutating func noteGroup() {
        clear(.group, TaskRecordFormat.Place.group)
        emit(.load(.eight, .r3, .r7, Int16(places.group)), .store(.eight, .frame, Stack.group, .r3))
        let none = jump(.jump(.r3, equals: 0))
        emit(.or(.r8, Int32(TaskRecordFormat.Flags.hasGroupFaults.rawValue)), .add(.r9, bytes(of: .group)))
        copy(.group, from: .r3)
        writeBlinded(.r3, TaskRecordFormat.Place.group)
        land(none)
    }

    private mutating func noteMemory() {
        clear(.memory, TaskRecordFormat.Place.memory)
        emit(.load(.eight, .r3, .r7, Int16(places.memory)), .store(.eight, .frame, Stack.memory, .r3))
        let none = jump(.jump(.r3, equals: 0))
        emit(.or(.r8, Int32(TaskRecordFormat.Flags.hasMemory.rawValue)))
        copy(.memory, from: .r3)
        writeBlinded(.r3, TaskRecordFormat.Place.memory)
        // It is not held: an exec may give it back, and another may have its place.
        emit(.load(.eight, .r1, .r7, Int16(places.memory)))
        let changed = jump(.jump(.r1, differsFrom: .r3))
        let same = jump(.goto)
        land(changed)
        emit(.or(.r8, Int32(TaskRecordFormat.Flags.memoryChanged.rawValue)))
        land(same)
        land(none)
    }

    /// An address less the random number.
    private mutating func writeBlinded(_ address: BPFInstruction.Register, _ place: Int) {
        emit(
            .store(.eight, .frame, Stack.scratch, address), .store(.one, .frame, Stack.scratch + 7, -1),
            .load(.eight, .r1, .frame, Stack.scratch))
        instructions += BPFInstruction.setWide(.r2, blind)
        emit(.subtract(.r1, .r2), .store(.eight, .frame, head(place), .r1))
    }

    private mutating func writeHead() {
        emit(.store(.four, .frame, head(TaskRecordFormat.Place.size), .r9))
        emit(.store(.four, .frame, head(TaskRecordFormat.Place.flags), .r8))
        write(Stack.head, TaskRecordFormat.headBytes)
        // The failures, from here on.
        emit(.set(.r9, 0))
    }

    private mutating func writeTaskFaults() {
        guard form == .complete else { return }
        emit(.load(.eight, .r3, .frame, Stack.taskFaults))
        let none = jump(.jump(.r3, equals: 0))
        copyPieces(Int(bytes(of: .task)), at: 0, from: Stack.taskFaults, .taskFaults)
        land(none)
    }

    private mutating func writeGroupFaults() {
        emit(.load(.eight, .r3, .frame, Stack.group))
        let none = jump(.jump(.r3, equals: 0))
        switch form {
        case .complete: copyPieces(Int(bytes(of: .group)), at: places.groupFaults, from: Stack.group, .groupFaults)
        case .withoutTaskFaults: copyGroupDirectly()
        }
        land(none)
    }

    /// Copies an array piece by piece with the helper.
    private mutating func copyPieces(
        _ byteCount: Int, at start: Int, from address: Int16, _ failure: TaskRecordFormat.Failures
    ) {
        var done = 0
        while done < byteCount {
            let count = min(Stack.pieceBytes, byteCount - done)
            emit(
                .copy(.r1, .frame), .add(.r1, Int32(Stack.piece)), .set(.r2, Int32(count)),
                .load(.eight, .r3, .frame, address), .add(.r3, Int32(start + done)), .call(.probeReadKernel))
            let whole = jump(.jump(.r0, equals: 0))
            emit(.or(.r9, Int32(failure.rawValue)))
            land(whole)
            write(Stack.piece, count)
            done += count
        }
    }

    /// Copies the group's array count by count, as the type of a field is read.
    private mutating func copyGroupDirectly() {
        let byteCount = Int(bytes(of: .group))
        var done = 0
        while done < byteCount {
            let count = min(Stack.pieceBytes, byteCount - done)
            emit(.load(.eight, .r3, .frame, Stack.group))
            for offset in stride(from: 0, to: count, by: 8) {
                emit(
                    .load(.eight, .r1, .r3, Int16(places.groupFaults + done + offset)),
                    .store(.eight, .frame, Stack.piece + Int16(offset), .r1))
            }
            write(Stack.piece, count)
            done += count
        }
    }

    private mutating func writeTail() {
        emit(.store(.eight, .frame, Stack.piece, .r9))
        write(Stack.piece, TaskRecordFormat.tailBytes)
    }

    /// Writes bytes of the stack into the file. Where they do not fit, the kernel takes the whole record back and begins the
    /// next reading with it.
    private mutating func write(_ place: Int16, _ byteCount: Int) {
        emit(
            .load(.eight, .r1, .r6, 0), .load(.eight, .r1, .r1, Int16(places.sequenceFile)), .copy(.r2, .frame),
            .add(.r2, Int32(place)), .set(.r3, Int32(byteCount)), .call(.seqWrite))
    }

    // MARK: Putting together

    private mutating func emit(_ new: BPFInstruction...) { instructions += new }

    /// - Returns: The jump, for ``land(_:)``.
    private mutating func jump(_ instruction: BPFInstruction) -> Int {
        instructions.append(instruction)
        return instructions.count - 1
    }

    /// A jump leads here.
    private mutating func land(_ jump: Int) {
        instructions[jump].offset = Int16(instructions.count - jump - 1)
    }

    private func head(_ place: Int) -> Int16 { Stack.head + Int16(place) }

    private func offset(_ field: TaskField) -> Int16 { Int16(places.offsets[field] ?? 0) }

    private func bytes(of owner: TaskField.Owner) -> Int32 {
        Int32(
            nodeCount
                * (owner == .task ? TaskRecordFormat.taskBytesPerNode : TaskRecordFormat.groupBytesPerNode))
    }

    /// The most bytes one load may have: no more than are wanted, and at places that are multiples of it.
    private static func width(_ wanted: Int, _ from: Int, _ to: Int) -> BPFInstruction.Width {
        for width in [BPFInstruction.Width.eight, .four, .two]
        where width.rawValue <= wanted && from % width.rawValue == 0 && to % width.rawValue == 0 {
            return width
        }
        return .one
    }
}
