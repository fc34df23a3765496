// Foundation is here for its Process and files, which tests alone need.
import Foundation

/// Programs and files of the machine the tests run on.
enum Tools {
    static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name]
    }

    /// Debian's `promtool` (package `prometheus`): NUMAWATCH_PROMTOOL, or the one in PATH.
    static let promtool: String? =
        environment("NUMAWATCH_PROMTOOL")
        ?? (environment("PATH") ?? "").split(separator: ":")
        .map { "\($0)/promtool" }.first(where: FileManager.default.isExecutableFile(atPath:))

    /// Runs a program with text on its standard input.
    static func run(_ program: String, _ arguments: [String], input: [UInt8]) throws -> (status: Int32, output: String)
    {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("numawatch-\(UUID().uuidString)")
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    static func read(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}
