import FixtureSupport
import LinuxSystem
import LiveView
import RecordedRounds
import Testing

/// Pictures kept in `Golden/`, to be looked at like code. With NUMAWATCH_UPDATE_GOLDEN=1 in the environment they are written
/// anew instead of compared.
enum Golden {
    private static let tests = String(Fixture.directory.dropLast("Fixtures".count))

    static func expect(_ frame: Frame, _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
        let path = "/LiveViewTests/Golden/\(name).txt"
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") == "1" {
            try Output.replaceFile(tests + path.dropFirst(), with: Array(frame.text.utf8))
        }
        let expected = String(decoding: try DirectoryRoot(tests).readBytes(path), as: UTF8.self)
        #expect(frame.text == expected, sourceLocation: location)
    }
}

extension TopModel {
    /// A model that has seen the recorded rounds.
    init(columns: Int = 80, rows: Int = 24, rounds: Int = 3, nodes: Int = 2) {
        self.init(columns: columns, rows: rows, settings: TopSettings(), pageSizeBytes: 4096)
        for sample in RecordedRounds.samples(rounds, nodes: nodes) { _ = take(.sample(sample)) }
    }

    /// Presses keys: a character each; names of others in angle brackets, as in `F<Enter>`.
    @discardableResult
    mutating func press(_ text: String) -> [Effect] {
        let names: [String: Key] = [
            "Enter": .enter, "Esc": .escape, "Up": .up, "Down": .down, "PgDn": .pageDown, "PgUp": .pageUp,
            "Home": .home,
            "End": .end, "Tab": .tab, "BackTab": .backTab, "Backspace": .backspace,
        ]
        var effects: [Effect] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first == "<", let end = rest.firstIndex(of: ">"),
                let key = names[String(rest[rest.index(after: rest.startIndex)..<end])]
            {
                effects += take(.key(key))
                rest = rest[rest.index(after: end)...]
            } else {
                effects += take(.key(.character(first)))
                rest.removeFirst()
            }
        }
        return effects
    }
}
