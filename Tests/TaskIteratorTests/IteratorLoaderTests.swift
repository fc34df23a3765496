import LinuxSystem
import SystemPackage
import Testing

@testable import TaskIterator

@Suite("Loading the iterator")
struct IteratorLoaderTests {
    private func host(_ types: [UInt8]? = nil, nodes: String = "0-1\n") throws -> MemoryRoot {
        var root = MemoryRoot(files: [
            "/proc/sys/kernel/osrelease": "6.12.1\n", "/sys/devices/system/node/possible": nodes,
        ])
        if let types { root.addFile(IteratorLoader.typesFile, types) }
        return root
    }

    private func run(_ root: MemoryRoot, _ arguments: String...) -> (exit: IteratorProgram.Exit, text: String) {
        IteratorProgram(root: root, version: "1").run(arguments)
    }

    /// Lets every call of bpf(2) fail.
    private func refused(_ errno: Errno, _ root: MemoryRoot) -> (exit: IteratorProgram.Exit, text: String) {
        ForcedFailures.with({ $0 == .bpf ? errno : nil }) { run(root) }
    }

    @Test("a kernel that does not describe its types is told, with its release and the option")
    func noTypes() throws {
        let (exit, text) = run(try host())
        #expect(exit == .unavailable)
        #expect(text.contains("6.12.1") && text.contains("CONFIG_DEBUG_INFO_BTF"), "\(text)")
    }

    @Test("types that may not be read, and such as are damaged, are no lack of the kernel's, or one")
    func unreadableTypes() throws {
        var root = try host([0])
        root.fail(IteratorLoader.typesFile, with: .permissionDenied)
        #expect(run(root).exit == .failure)
        let (exit, text) = run(try host([1, 2, 3]))
        #expect(exit == .unavailable && text.contains("cannot understand"), "\(text)")
    }

    @Test("a kernel before there were iterators is told what it needs")
    func noIterator() throws {
        var builder = TypesBuilder()
        try builder.addKernel(function: nil)
        let (exit, text) = run(try host(builder.bytes))
        #expect(exit == .unavailable)
        #expect(text.contains("bpf_iter_task") && text.contains("5.10"), "\(text)")
    }

    @Test("more possible nodes than a record holds are refused, and as many as it holds are not")
    func nodes() throws {
        let types = try KernelFixture.bytes("6.12")
        #expect(run(try host(types, nodes: "0-256\n")).exit == .unavailable)
        #expect(run(try host(types, nodes: "0-255\n"), "--list").exit == .success)
        // The highest number counts, not how many there are.
        #expect(
            try IteratorLoader(root: try host(types, nodes: "0,3\n")).program(.complete, blind: 0).listing.contains(
                "= 4\n"))
        #expect(run(try host(types, nodes: "x\n")).exit == .unavailable)
    }

    @Test("without the capabilities it is told which they are, and under a lockdown that there is one")
    func capabilities() throws {
        var root = try host(try KernelFixture.bytes("6.12"))
        let (exit, text) = refused(.notPermitted, root)
        #expect(exit == .failure)
        #expect(text.contains("CAP_BPF and CAP_PERFMON") && !text.contains("lockdown"), "\(text)")
        root.addFile("/sys/kernel/security/lockdown", text: "none integrity [confidentiality]\n")
        #expect(refused(.notPermitted, root).text.contains("lockdown=confidentiality"))
        #expect(refused(.invalidArgument, root).text.contains("lockdown=confidentiality"))
    }

    @Test("a kernel without bpf(2) lacks it")
    func noCall() throws {
        let (exit, text) = refused(.noFunction, try host(try KernelFixture.bytes("6.12")))
        #expect(exit == .unavailable && text.contains("CONFIG_BPF_SYSCALL"), "\(text)")
    }

    @Test("removing what is not there is success, and says so; a refusal is not")
    func remove() throws {
        let root = try host()
        let (exit, text) = run(root, "--remove", "--pin=/nonexistent/tasks")
        #expect(exit == .success && text.contains("there was no"), "\(text)")
        let refused = ForcedFailures.with({ $0 == .unlink ? .permissionDenied : nil }) {
            run(root, "--remove", "--pin", "/nonexistent/tasks")
        }
        #expect(refused.exit == .failure && refused.text.contains("cannot remove"), "\(refused.text)")
    }

    @Test(
        "command lines",
        arguments: [
            ([], IteratorArguments.Action.load), (["--remove"], .remove), (["--list"], .list), (["--help"], .printHelp),
            (["-h"], .printHelp), (["--version"], .printVersion),
        ])
    func arguments(_ words: [String], _ action: IteratorArguments.Action) throws {
        #expect(try IteratorArguments(words).action == action)
    }

    @Test(
        "command lines that are not understood",
        arguments: [
            ["--remove=yes"], ["--group"], ["--group="], ["--pin", "tasks"], ["--pin=/a/"], ["tasks"], ["--x"],
        ])
    func usage(_ words: [String]) {
        #expect(throws: IteratorArguments.UsageError.self) { try IteratorArguments(words) }
        #expect(IteratorProgram(root: MemoryRoot(), version: "1").run(words).exit == .usage)
    }

    @Test("an unknown group is told before anything is loaded")
    func group() throws {
        let (exit, text) = run(try host(try KernelFixture.bytes("6.12")), "--group", "no such group")
        #expect(exit == .failure && text.contains("no such group"), "\(text)")
    }
}
