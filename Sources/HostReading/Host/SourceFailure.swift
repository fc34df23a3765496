package import KernelText
package import LinuxSystem
package import Snapshots
package import SystemPackage

/// Why a source gave nothing: it could not be read, or its text was not understood.
package enum SourceFailure: Error, Hashable, Sendable {
    case unreadable(ReadFailure)
    /// The path beneath the root, and what is wrong with its text.
    case malformed(path: String, KernelTextError)
    /// Each part is well formed, but they contradict each other.
    case inconsistent(path: String, reason: String)

    package var path: String {
        switch self {
        case .unreadable(let failure): failure.path
        case .malformed(let path, _), .inconsistent(let path, _): path
        }
    }

    /// What is published of it.
    package var state: SourceStatus.State {
        switch self {
        case .unreadable(let failure):
            .unavailable(errno: failure.errno.rawValue, errnoName: ErrnoName.of(failure.errno))
        case .malformed(_, let error): .malformed(reason: "\(error)")
        case .inconsistent(_, let reason): .malformed(reason: reason)
        }
    }
}

extension SourceFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let failure): "\(failure)"
        case .malformed(let path, let error): "\(path): \(error.field) at byte \(error.byteOffset): \(error.reason)"
        case .inconsistent(let path, let reason): "\(path): \(reason)"
        }
    }
}

/// The C names of error numbers, as administrators search for them.
package enum ErrnoName {
    /// `EACCES`; `errno 95` for one that has no business here.
    package static func of(_ errno: Errno) -> String {
        switch errno {
        case .notPermitted: "EPERM"
        case .noSuchFileOrDirectory: "ENOENT"
        case .noSuchProcess: "ESRCH"
        case .ioError: "EIO"
        case .badFileDescriptor: "EBADF"
        case .noMemory: "ENOMEM"
        case .permissionDenied: "EACCES"
        case .badAddress: "EFAULT"
        case .resourceBusy: "EBUSY"
        case .noSuchAddressOrDevice: "ENXIO"
        case .notDirectory: "ENOTDIR"
        case .isDirectory: "EISDIR"
        case .invalidArgument: "EINVAL"
        case .tooManyOpenFilesInSystem: "ENFILE"
        case .tooManyOpenFiles: "EMFILE"
        case .fileTooLarge: "EFBIG"
        case .noFunction: "ENOSYS"
        case .tooManySymbolicLinkLevels: "ELOOP"
        case .notSupported: "EOPNOTSUPP"
        default: "errno \(errno.rawValue)"
        }
    }
}

extension HostRoot {
    /// Reads a file and parses it, giving either failure the same type.
    package func parse<Value>(
        _ path: String, into buffer: inout [UInt8], _ parser: (Span<UInt8>) throws(KernelTextError) -> Value
    ) throws(SourceFailure) -> Value {
        do {
            try read(path, into: &buffer)
        } catch {
            throw .unreadable(error)
        }
        do {
            return try parser(buffer.span)
        } catch {
            throw .malformed(path: path, error)
        }
    }

    /// As above, with storage of its own: for what is read once.
    package func parse<Value>(
        _ path: String, _ parser: (Span<UInt8>) throws(KernelTextError) -> Value
    ) throws(SourceFailure) -> Value {
        var buffer: [UInt8] = []
        return try parse(path, into: &buffer, parser)
    }
}
