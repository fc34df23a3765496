import LinuxSystem
import Testing

@testable import DaemonRuntime

/// The files under `config/` follow from the table of keys. To write them anew after a change of the table:
/// `numawatchd --print-config=file > config/numawatchd.conf; numawatchd --print-config=manual > config/README.md`.
@Suite("Files generated from the table of keys")
struct ShippedFilesTests {
    private func shipped(_ name: String, file: String = #filePath) throws -> String {
        // Tests/DaemonRuntimeTests/Configuration/… of this package.
        let top = file.split(separator: "/").dropLast(4).joined(separator: "/")
        let bytes = try DirectoryRoot("/\(top)").readBytes("/config/\(name)")
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("config/numawatchd.conf shows every key as the table has it")
    func configurationFile() throws {
        #expect(try shipped("numawatchd.conf") == ConfigurationTable.shippedFile)
    }

    @Test("config/README.md describes every key as the table has it")
    func manual() throws {
        #expect(try shipped("README.md") == ConfigurationTable.manual)
    }
}
