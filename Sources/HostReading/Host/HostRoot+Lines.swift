package import KernelText
package import LinuxSystem

extension HostRoot {
    /// Reads a file of lines and parses it; a line that is cut or odd is left out, not the file.
    ///
    /// - Parameters:
    ///   - buffer: Storage that is used again; holds the text that was parsed.
    ///   - defects: Gets the lines left out.
    ///   - extent: What a line takes with it; see ``WholeLines/parse(_:defects:extent:_:)``.
    ///   - parser: Keeps nothing from call to call.
    package func parseLines<Value>(
        _ path: String, into buffer: inout [UInt8], defects: inout LineDefects,
        extent: ([UInt8], Range<Int>) -> Range<Int> = { $1 },
        _ parser: (Span<UInt8>) throws(KernelTextError) -> Value
    ) throws(SourceFailure) -> Value {
        do {
            try read(path, into: &buffer)
        } catch {
            throw .unreadable(error)
        }
        do {
            return try WholeLines.parse(&buffer, defects: &defects, extent: extent, parser)
        } catch {
            throw .malformed(path: path, error)
        }
    }
}

extension SourceFailure {
    /// Why the file did not tell, as the end of a sentence that begins with its path.
    ///
    /// - Parameter isLive: Of a copy, a missing file says nothing about the host.
    package func reason(isLive: Bool) -> String {
        switch self {
        case .unreadable(let failure):
            switch failure.kind {
            case .missing, .gone: isLive ? "does not exist" : "is not in the capture"
            case .permission: "may not be read (\(ErrnoName.of(failure.errno)))"
            case .tooLarge: "is longer than is ever expected of it"
            case .wrongType: "is no file"
            case .io: "cannot be read (\(ErrnoName.of(failure.errno)))"
            case .stuck: "cannot be read in time: the process keeps its memory locked"
            }
        case .malformed(_, let error): "is not understood (\(error.field) at byte \(error.byteOffset): \(error.reason))"
        case .inconsistent(_, let reason): "says what cannot be (\(reason))"
        }
    }
}
