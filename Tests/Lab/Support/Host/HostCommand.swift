import Subprocess
import SystemPackage

/// Runs programs of the host the lab runs on: apt-get, tar, QEMU.
package enum HostCommand {
    /// What a program left behind.
    package struct Result: Sendable {
        /// The exit status; 128 and the number of the signal if one ended it, as a shell has it.
        package var status: Int
        package var output: [UInt8]
        /// The last of what it wrote to standard error.
        package var complaint: String

        /// Standard output as text.
        package var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// More than any program here writes: the list of a package, the links of a program.
    private static let outputLimitBytes = 16 << 20
    private static let complaintLimitBytes = 4 << 20
    /// How much of a complaint is kept for messages.
    private static let complaintTailCharacters = 600

    /// Runs a program found on the path and waits for its end. Cancelling the task ends it with SIGTERM, then SIGKILL.
    ///
    /// - Throws: ``LabFailure`` if it cannot be started, or writes more than 16 MiB.
    package static func run(_ program: String, _ arguments: [String]) async throws(LabFailure) -> Result {
        do {
            var options = PlatformOptions()
            options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
            let result = try await Subprocess.run(
                program.hasPrefix("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
                platformOptions: options,
                output: .bytes(limit: outputLimitBytes), error: .bytes(limit: complaintLimitBytes))
            let status =
                switch result.terminationStatus {
                case .exited(let code): Int(code)
                case .signaled(let signal): 128 + Int(signal)
                }
            let complaint = String(decoding: result.standardError, as: UTF8.self)
            return Result(
                status: status, output: result.standardOutput,
                complaint: String(complaint.suffix(complaintTailCharacters)))
        } catch {
            throw LabFailure(
                "run \(program)", "\(error)", remedy: "scripts/install-packages.sh lab installs what the lab needs")
        }
    }

    /// Runs a program that has to succeed.
    ///
    /// - Returns: What it wrote to standard output.
    /// - Throws: ``LabFailure`` also where it exits with a status other than 0.
    @discardableResult
    package static func succeed(_ program: String, _ arguments: [String]) async throws(LabFailure) -> Result {
        let result = try await run(program, arguments)
        guard result.status == 0 else {
            throw LabFailure(
                "run \(program) \(arguments.joined(separator: " "))", "status \(result.status): \(result.complaint)")
        }
        return result
    }
}
