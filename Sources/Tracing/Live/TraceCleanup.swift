import LinuxSystem
import SystemPackage

/// Removes what sessions of numawatch left behind: those that were killed, and our own at the end.
///
/// A session holds its buffers open, and the kernel refuses to remove an instance whose buffers are open (`EBUSY`). What
/// can be removed is therefore nobody's any more. The order matters: instances first, then the probes, which are in use
/// as long as an instance has them switched on.
enum TraceCleanup {
    /// What an instance of a recording begins with; the process id follows.
    static let recordingPrefix = "numawatch-record-"

    /// Removes an abandoned instance of this name, abandoned recordings, and probes nobody uses.
    ///
    /// - Parameter isRunning: Whether a process exists. A recording's instance is abandoned once its process is gone:
    ///   between making the instance and opening its buffers it cannot be told otherwise.
    /// - Returns: What is left because it could not be removed, or not even be looked for.
    /// - Throws: `EBUSY` where a session of this name is running; where no instance can be looked for at all.
    static func removeAbandoned(
        _ name: String, in fileSystem: TraceFileSystem, isRunning: (Int32) -> Bool
    ) throws(SystemFailure) -> [SystemFailure] {
        var left: [SystemFailure] = []
        for instance in try fileSystem.instances() {
            if instance == name {
                try TraceInstance.remove(instance, in: fileSystem)
            } else if instance.hasPrefix(recordingPrefix),
                let pid = Int32(instance.dropFirst(recordingPrefix.count)), !isRunning(pid)
            {
                // Its number may have been given to another process meanwhile: then it stays until that one is gone.
                do throws(SystemFailure) {
                    try TraceInstance.remove(instance, in: fileSystem)
                } catch {
                    left.append(error)
                }
            }
        }
        // Probes without an instance stay behind where the last start was cut short.
        return left + ProbeSet(fileSystem: fileSystem).removeUnused()
    }

    /// Removes an instance and the probes that nobody else uses.
    static func remove(_ name: String, in fileSystem: TraceFileSystem) -> [SystemFailure] {
        var failures: [SystemFailure] = []
        do throws(SystemFailure) {
            try TraceInstance.remove(name, in: fileSystem)
        } catch {
            failures.append(error)
        }
        return failures + ProbeSet(fileSystem: fileSystem).removeUnused()
    }
}
