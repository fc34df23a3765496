import FixtureSupport
import LinuxSystem
import Testing

/// Files kept in `Golden/`, to be looked at in a browser. With NUMAWATCH_UPDATE_GOLDEN=1 in the environment they are written
/// anew instead of compared.
enum Golden {
    private static let tests = String(Fixture.directory.dropLast("Fixtures".count))

    static func expect(_ bytes: [UInt8], _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
        let path = "/ReportTests/Golden/\(name)"
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") == "1" {
            try Output.replaceFile(tests + path.dropFirst(), with: bytes)
        }
        let expected = try DirectoryRoot(tests).readBytes(path)
        #expect(
            String(decoding: bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self),
            sourceLocation: location)
    }
}
