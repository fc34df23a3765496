import FixtureSupport
import LinuxSystem
import Testing

/// What a kernel file says is taken for what it is, or refused: no number in it ends the program.
///
/// The numbers of all files of a host take the extremes of all types at once, then those of one kind of file, then those
/// of one place in its lines. Everything that reads such a file is done each time; a trap ends the whole run of tests, as
/// it would the daemon.
@Suite struct KernelFileTests {
    @Test(arguments: Extremes.numbers)
    func `no number that all files hold traps in any command or endpoint`(number: String) async throws {
        try await Exercise.all(ExtremeHost.root { Extremes($0).replacing(by: number) })
    }

    @Test(arguments: Extremes.texts)
    func `nor does what is no text of the kernel's`(text: String) async throws {
        try await Exercise.all(ExtremeHost.root { _ in Array(text.utf8) })
    }

    @Test(arguments: ExtremeHost.kinds)
    func `nor do the numbers of one kind of file`(kind: ExtremeHost.Kind) async throws {
        for number in ["-1", "4503599627370496"] + Extremes.farthest {
            let root = ExtremeHost.root(with: kind) { Extremes($0).replacing(by: number) }
            try await Exercise.all(reading: kind, root)
        }
        try await Exercise.all(reading: kind, ExtremeHost.root(with: kind) { _ in [] })
    }

    @Test(arguments: ExtremeHost.kinds)
    func `nor do those of one place in its lines`(kind: ExtremeHost.Kind) async throws {
        let columns = kind.paths.map { Extremes(ExtremeHost.files[$0] ?? []).columns }.max() ?? 0
        guard columns > 1 else { return }
        // Of long lines a part of the places, so that the whole takes minutes: the numbers of all at once come above.
        for column in stride(from: 0, to: columns, by: max(1, columns / 8)) {
            for number in Extremes.farthest {
                let root = ExtremeHost.root(with: kind) { Extremes($0).replacing(column: column, by: number) }
                try await Exercise.all(reading: kind, root)
            }
        }
    }

    @Test func `spans that contradict each other are drawn to an end`() async throws {
        let path = "proc/schedstat"
        let text = String(decoding: ExtremeHost.files[path] ?? [], as: UTF8.self)
        var lines = text.split(separator: "\n").map(String.init)
        // CPU 0 says that what CPU 1 has below lies above, and the other way round.
        for (line, from, to) in [(3, "03", "07"), (4, "0f", "0b"), (7, "03", "0b"), (8, "0f", "07")] {
            lines[line] = lines[line].replacing(" \(from) ", with: " \(to) ")
        }
        var root = ExtremeHost.root
        root.addFile("/" + path, text: lines.joined(separator: "\n") + "\n")
        let kind = try #require(ExtremeHost.kinds.first { $0.paths == [path] })
        try await Exercise.all(reading: kind, root)
    }

    @Test func `every file of the host is read by something`() async throws {
        let read = try await Exercise.readers.value.reduce(into: Set()) { $0.formUnion($1.files) }
        #expect(ExtremeHost.kinds.filter { read.isDisjoint(with: $0.paths) }.map(\.description) == [])
    }
}
