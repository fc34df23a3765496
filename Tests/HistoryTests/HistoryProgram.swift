// Foundation only here: these tests run other programs, and Process is the one way to do that without unsafe code.
import Foundation

/// Another program, run to its end.
enum HistoryProgram {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// - Returns: What it printed.
    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(program) \(arguments): \(process.terminationStatus): \(output)")
        }
        return output
    }

    static func files(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    static func write(_ bytes: [UInt8], to path: String, at offset: UInt64? = nil) throws {
        guard let offset else { return try Data(bytes).write(to: URL(fileURLWithPath: path)) }
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(bytes))
    }
}
