import Glibc
import Synchronization
import Testing

/// A process that waits until it is ended: to be read, and then to be gone.
final class Child: Sendable {
    let pid: Int32
    /// Its standard input: it waits for a line that never comes.
    private let input: Int32
    private let isReaped = Atomic(false)

    /// Returns once it has loaded all it needs, so that its mappings stay as they are.
    init() throws {
        var (input, output): ([Int32], [Int32]) = ([0, 0], [0, 0])
        try #require(unsafe pipe(&input) == 0)
        try #require(unsafe pipe(&output) == 0)
        let words = ["sh", "-c", "echo; read line"]
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        for descriptor in input + output { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }
        var pid: pid_t = 0
        let failure = unsafe posix_spawnp(&pid, "sh", &actions, nil, &arguments, nil)
        close(input[0])
        close(output[1])
        self.pid = pid
        self.input = input[1]
        var line: UInt8 = 0
        let count = unsafe read(output[0], &line, 1)
        close(output[0])
        try #require(failure == 0 && count == 1, "sh(1) could not be started")
    }

    /// Kills it and collects it, so that its number is free again.
    func endAndReap() {
        // A second time the number may be another's.
        guard !isReaped.exchange(true, ordering: .relaxed) else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
    }

    deinit {
        endAndReap()
        close(input)
    }
}
