import LinuxSystem
import SystemPackage

extension TraceSession {
    /// Removes what sessions that were killed left behind, without starting one. A host without tracefs, or on which this
    /// process may not look into it, has nothing of ours that it could remove.
    ///
    /// - Parameter name: The instance; recordings whose process is gone are removed as well.
    /// - Returns: What is there but cannot be removed. A session of that name that is running is nobody's failure.
    package static func removeAbandoned(
        _ name: String = TraceSessionConfiguration().instanceName
    ) -> [TraceSessionError] {
        guard let fileSystem = try? TraceFileSystem(), (try? fileSystem.instances()) != nil else { return [] }
        do throws(SystemFailure) {
            try TraceCleanup.removeAbandoned(name, in: fileSystem) { DirectoryRoot.live.exists("/proc/\($0)") }
            return []
        } catch {
            return error.errno == .resourceBusy ? [] : [TraceSessionError(.refused, error)]
        }
    }
}
