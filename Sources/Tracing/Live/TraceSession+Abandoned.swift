package import LinuxSystem
import SystemPackage

extension TraceSession {
    /// Removes what sessions that were killed left behind, without starting one. A host without tracefs has nothing of ours.
    ///
    /// - Parameters:
    ///   - name: The instance; recordings whose process is gone are removed as well.
    ///   - root: Whose mount table says where tracefs is.
    /// - Returns: What is there but cannot be removed; of kind `unavailable`, that nothing can be looked for, as where only
    ///   root may look into tracefs. A session of that name that is running is nobody's failure.
    package static func removeAbandoned(
        _ name: String = TraceSessionConfiguration().instanceName, on root: any HostRoot = DirectoryRoot.live
    ) -> [TraceSessionError] {
        let fileSystem: TraceFileSystem
        do throws(SystemFailure) {
            fileSystem = try .mounted(on: root)
        } catch {
            return error.errno == .noSuchFileOrDirectory ? [] : [TraceSessionError(.unavailable, error)]
        }
        do throws(SystemFailure) {
            _ = try fileSystem.instances()
        } catch {
            // Mounted, but without instances: a kernel that is locked down makes no files in it.
            return error.errno == .noSuchFileOrDirectory ? [] : [TraceSessionError(.unavailable, error)]
        }
        do throws(SystemFailure) {
            return try TraceCleanup.removeAbandoned(name, in: fileSystem) { DirectoryRoot.live.exists("/proc/\($0)") }
                .map { TraceSessionError(.refused, $0) }
        } catch {
            return error.errno == .resourceBusy ? [] : [TraceSessionError(.refused, error)]
        }
    }
}
