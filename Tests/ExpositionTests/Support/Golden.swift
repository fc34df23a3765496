import Testing

/// Outputs kept in `Golden/`, to be reviewed like code. With NUMAWATCH_UPDATE_GOLDEN=1 in the environment the files are
/// written anew instead of compared.
enum Golden {
    static func expect(_ bytes: [UInt8], equals name: String, location: SourceLocation = #_sourceLocation) throws {
        let directory = String(#filePath.dropLast("Support/Golden.swift".count)) + "Golden/"
        if Tools.environment("NUMAWATCH_UPDATE_GOLDEN") == "1" {
            return try Tools.write(bytes, to: directory + name)
        }
        let expected = try Tools.read(directory + name)
        let matches = expected == bytes
        #expect(
            matches, "differs from Golden/\(name): \(firstDifference(expected, bytes))", sourceLocation: location)
    }

    private static func firstDifference(_ expected: [UInt8], _ actual: [UInt8]) -> String {
        let old = expected.split(separator: 0x0a, omittingEmptySubsequences: false)
        let new = actual.split(separator: 0x0a, omittingEmptySubsequences: false)
        let line =
            zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
        func text(_ lines: [ArraySlice<UInt8>]) -> String {
            line < lines.count ? String(decoding: lines[line].prefix(400), as: UTF8.self) : "(end)"
        }
        return "line \(line + 1): expected \(text(old)), got \(text(new))"
    }
}
