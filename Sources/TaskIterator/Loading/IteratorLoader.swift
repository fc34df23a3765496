import KernelText
package import LinuxSystem
import SystemPackage

/// Puts the iterator into the kernel and gives it a name, or takes it away: what `numawatch-iterator` does.
package struct IteratorLoader: Sendable {
    /// Why it cannot be done, for an administrator.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// Whether the kernel lacks something, rather than that we may not.
        package var isLack: Bool
        package var description: String

        init(_ description: String, isLack: Bool = false) {
            self.description = description
            self.isLack = isLack
        }
    }

    /// What was put into the kernel.
    package struct Result: Hashable, Sendable {
        package var form: TaskProgram.Form
        package var instructionCount: Int
        package var nodeCount: Int
        /// Why it is not the complete form, in the verifier's words.
        package var shortcoming: String?
    }

    private let root: any HostRoot

    package static let typesFile = "/sys/kernel/btf/vmlinux"
    private static let possibleNodesFile = "/sys/devices/system/node/possible"

    package init(root: any HostRoot = DirectoryRoot.live) {
        self.root = root
    }

    /// The program for this kernel, without loading it.
    package func program(_ form: TaskProgram.Form, blind: UInt64) throws(Refusal) -> TaskProgram {
        TaskProgram(try places(), form, nodeCount: try nodeCount(), blind: blind)
    }

    /// Loads the program and pins it in the place of any other.
    ///
    /// - Parameters:
    ///   - path: The name in a BPF file system. The directory is made where there is none.
    ///   - groupID: Who may read it, beside root; nil: the group of this process.
    ///   - blind: What is taken from addresses; see ``blind(_:)``.
    package func load(at path: String, groupID: UInt32?, blind: UInt64) throws(Refusal) -> Result {
        let places = try places()
        let nodes = try nodeCount()
        var first: IteratorPrograms.Refusal?
        for form in TaskProgram.Form.allCases {
            let program = TaskProgram(places, form, nodeCount: nodes, blind: blind)
            let loaded: OwnedDescriptor
            do throws(IteratorPrograms.Refusal) {
                loaded = try IteratorPrograms.load(
                    program.instructions.map(\.word), function: places.function, licence: TaskProgram.licence,
                    name: TaskProgram.name)
            } catch {
                // What is said of the other form would lead away from what is in the way of both.
                first = first ?? error
                continue
            }
            try pin(loaded, at: path, groupID)
            return Result(
                form: form, instructionCount: program.instructions.count, nodeCount: nodes,
                shortcoming: first.map { $0.reason.isEmpty ? "\($0.errno)" : $0.reason })
        }
        throw refusal(first)
    }

    /// Takes it away.
    ///
    /// - Returns: Whether there was one.
    package func remove(at path: String) throws(SystemFailure) -> Bool { try IteratorPrograms.unpin(path) }

    /// A number that takes less from an address than any of the kernel's has: 46 random bits.
    package static func blind(_ random: inout some RandomNumberGenerator) -> UInt64 {
        UInt64.random(in: 0..<1 << 46, using: &random)
    }

    private func pin(_ program: borrowing OwnedDescriptor, at path: String, _ groupID: UInt32?) throws(Refusal) {
        let link: OwnedDescriptor
        do throws(Errno) {
            link = try IteratorPrograms.link(program)
        } catch {
            throw Refusal("cannot attach the iterator: \(error)")
        }
        do throws(SystemFailure) {
            let directory = path.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" }
            try IteratorPrograms.makeDirectory(directory, groupID: groupID, mode: 0o750)
            try IteratorPrograms.pin(link, at: path, groupID: groupID, mode: 0o440)
        } catch {
            throw Refusal("\(error)\(Self.pinRemedy(error.errno))")
        }
    }

    private static func pinRemedy(_ errno: Errno) -> String {
        switch errno {
        case .noSuchFileOrDirectory, .notPermitted: " (is the BPF file system mounted? mount -t bpf bpf /sys/fs/bpf)"
        case .permissionDenied: " (the directory belongs to root)"
        default: ""
        }
    }

    private func places() throws(Refusal) -> TaskPlaces {
        let release = (try? root.readText("/proc/sys/kernel/osrelease")) ?? "of unknown release"
        let bytes: [UInt8]
        do throws(ReadFailure) {
            bytes = try root.readBytes(Self.typesFile)
        } catch {
            guard error.kind == .missing else { throw Refusal("\(error)") }
            throw Refusal(
                "\(error): this kernel (\(release)) does not describe its types: it is built without "
                    + "CONFIG_DEBUG_INFO_BTF, or CONFIG_BPF_SYSCALL", isLack: true)
        }
        let types: KernelTypes
        do throws(KernelTypes.Malformed) {
            types = try KernelTypes(bytes)
        } catch {
            throw Refusal("cannot understand \(Self.typesFile): \(error)", isLack: true)
        }
        do throws(TaskPlaces.Lack) {
            return try TaskPlaces(types)
        } catch {
            throw Refusal(
                "this kernel (\(release)) cannot have it: \(error); Linux 5.10 or later is needed", isLack: true)
        }
    }

    /// `nr_node_ids`: the highest number a node may have, and one.
    private func nodeCount() throws(Refusal) -> Int {
        let ranges: [ClosedRange<Int>]
        do {
            let bytes = try root.readBytes(Self.possibleNodesFile)
            ranges = try CPUList.parse(bytes.span, largest: CPUList.largestNode)
        } catch {
            throw Refusal("cannot tell how many nodes there may be: \(error)", isLack: true)
        }
        let count = (ranges.last?.upperBound ?? 0) + 1
        guard count <= TaskRecordFormat.mostNodes else {
            throw Refusal(
                "\(count) nodes may be plugged in: a record holds \(TaskRecordFormat.mostNodes) at most", isLack: true)
        }
        return count
    }

    private func refusal(_ refusal: IteratorPrograms.Refusal?) -> Refusal {
        guard let refusal else { return Refusal("there is no form of the program") }
        let what = "cannot load the iterator: \(refusal.errno)"
        let said = refusal.reason.isEmpty ? "" : ": \(refusal.reason)"
        switch refusal.errno {
        case .notPermitted:
            return Refusal(what + said + " (CAP_BPF and CAP_PERFMON are needed\(lockdownRemark))")
        case .noFunction:
            return Refusal(what + " (the kernel is built without CONFIG_BPF_SYSCALL)", isLack: true)
        default:
            return Refusal(what + said + (lockdownRemark.isEmpty ? "" : " (\(lockdownRemark.dropFirst(2)))"))
        }
    }

    /// What a lockdown may have to do with it.
    private var lockdownRemark: String {
        guard let bytes = try? root.readBytes("/sys/kernel/security/lockdown", limitBytes: 4096),
            let mode = try? Lockdown(parsing: bytes.span), mode != .none
        else { return "" }
        return "; the kernel is under lockdown=\(mode.rawValue)"
    }
}
