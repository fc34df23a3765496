import Glibc
import SystemPackage

/// What a command line needs to know of where its output goes.
package enum Terminal {
    package static let standardInput = STDIN_FILENO
    package static let standardOutput = STDOUT_FILENO
    package static let standardError = STDERR_FILENO

    /// Whether a descriptor is a terminal.
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The size of the terminal a descriptor is; nil for anything else, and for a terminal that has none.
    package static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Makes writing to a closed pipe or socket an error (`EPIPE`) rather than the end of the process.
    package static func ignoreBrokenPipe() { _ = signal(SIGPIPE, SIG_IGN) }
}

/// Output that is written whole.
package enum Output {
    /// Writes all bytes to a descriptor, in as many calls as that takes.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemFailure) {
        do {
            var start = 0
            while start < bytes.count {
                start += try calling(.write) {
                    unsafe bytes.withUnsafeBytes { bytes in
                        unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
                    }
                }
            }
        } catch {
            throw SystemFailure("write to", descriptor == STDOUT_FILENO ? "standard output" : "\(descriptor)", error)
        }
    }

    /// Puts a file in place whole: a reader sees the old one or the new one. See ``PendingFile``.
    package static func replaceFile(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o644
    ) throws(SystemFailure) {
        do throws(Errno) {
            var file = try PendingFile(replacing: path, mode: mode)
            do { try write(bytes, to: file.descriptor.rawValue) } catch { throw error.errno }
            try file.commit()
        } catch {
            throw SystemFailure("write the file", path, error)
        }
    }
}
