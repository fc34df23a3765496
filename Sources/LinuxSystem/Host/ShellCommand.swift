import Glibc
import SystemPackage

/// A command line of a user, run by `sh -c` as this process's user.
package enum ShellCommand {
    /// What a command printed, and how it ended.
    package struct Result: Sendable, Equatable {
        /// At most ``outputLimitBytes`` of it.
        package var output: [UInt8]
        /// Its exit status; 128 and the signal's number where one ended it.
        package var status: Int32
    }

    /// More is not read.
    package static let outputLimitBytes = 64 << 10

    /// Runs a command to its end. Its standard error and input are this process's.
    ///
    /// - Throws: Where it cannot be started.
    package static func run(_ command: String) throws(SystemFailure) -> Result {
        do throws(Errno) {
            return try runOnce(command)
        } catch {
            throw SystemFailure("run", command, error)
        }
    }

    private static func runOnce(_ command: String) throws(Errno) -> Result {
        var ends: [Int32] = [0, 0]
        _ = try calling(.open) { unsafe pipe(&ends) }
        // The command keeps neither end: its reader would never see the end of what it prints.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let output = OwnedDescriptor(adopting: ends[0])
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        let words = ["sh", "-c", command]
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let failure = unsafe posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, environ)
        close(ends[1])
        guard failure == 0 else { throw Errno(rawValue: failure) }
        var bytes: [UInt8] = []
        while true {
            var more: [UInt8] = []
            guard let count = try? output.read(appendingTo: &more, atMost: 4096), count > 0 else { break }
            if bytes.count + count <= outputLimitBytes { bytes += more }
        }
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return Result(output: bytes, status: signal == 0 ? status >> 8 & 0xFF : 128 + signal)
    }
}
