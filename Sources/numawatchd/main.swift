import DaemonRuntime
import Glibc

// Not asynchronous yet: taking the sockets systemd passed changes the environment, which wants a single thread.
do {
    try DaemonStart.requireOwnProcess()
    let start = try DaemonStart(commandLine: Array(CommandLine.arguments.dropFirst()))
    exit(await (try Daemon(start: start)).run().rawValue)
} catch {
    exit(error.rawValue)
}
