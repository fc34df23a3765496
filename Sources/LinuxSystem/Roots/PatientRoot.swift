import SystemPackage

/// A root of which files that wait for a process are read with a time limit; the others as ever.
///
/// Where the limit is over, reading fails with the kind `stuck`, and the process is left alone by whoever asked.
package struct PatientRoot: HostRoot {
    private let base: any HostRoot
    package let patience: Patience?

    package init(_ base: any HostRoot, _ patience: Patience) {
        self.base = base
        self.patience = patience
    }

    package var isLive: Bool { base.isLive }

    package func read(_ path: String, into buffer: inout [UInt8], limitBytes: Int) throws(ReadFailure) {
        guard let patience, ProcessPath.mayWait(path) else {
            return try base.read(path, into: &buffer, limitBytes: limitBytes)
        }
        buffer.removeAll(keepingCapacity: true)
        buffer = try patience.bytes(of: path) { [base] () throws(ReadFailure) in
            try base.readBytes(path, limitBytes: limitBytes)
        }
    }

    package func processRunNanoseconds(_ pid: Int32) -> UInt64? { base.processRunNanoseconds(pid) }

    package func list(_ directory: String) throws(ReadFailure) -> [String] { try base.list(directory) }

    package func linkTarget(_ path: String) throws(ReadFailure) -> String { try base.linkTarget(path) }

    package func openDirectory(_ path: String) throws(ReadFailure) -> HostDirectory {
        try base.openDirectory(path).asked(through: self)
    }
}

extension Patience {
    /// Reads a file where the reading can be left behind.
    ///
    /// - Parameter path: For messages.
    func bytes(
        of path: String, _ read: @escaping @Sendable () throws(ReadFailure) -> [UInt8]
    ) throws(ReadFailure) -> [UInt8] {
        let result: Result<[UInt8], ReadFailure>
        do throws(Errno) {
            result = try value { () -> Result<[UInt8], ReadFailure> in
                do throws(ReadFailure) { return .success(try read()) } catch { return .failure(error) }
            }
        } catch {
            throw ReadFailure(.read, path, error, kind: .stuck)
        }
        return try result.get()
    }
}
