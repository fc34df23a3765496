import LinuxSystem
import SystemPackage
package import Tracing

/// A file on disk that can be read anywhere.
package final class StoredFile: StoredBytes {
    package let name: String
    package let sizeBytes: UInt64
    private let descriptor: OwnedDescriptor

    /// Opens a file.
    package init(path: String) throws(TraceSourceError) {
        name = path
        do {
            descriptor = try OwnedDescriptor(openingForReading: path)
            sizeBytes = try descriptor.sizeBytes
        } catch {
            throw TraceSourceError(name: path, reason: "\(error)", isAtOpening: true)
        }
    }

    package func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) throws(TraceSourceError) {
        buffer.removeAll(keepingCapacity: true)
        do {
            while buffer.count < count,
                try descriptor.read(
                    at: offset + UInt64(buffer.count), appendingTo: &buffer, atMost: count - buffer.count) > 0
            {}
        } catch {
            throw TraceSourceError(
                name: name, reason: "at byte \(offset + UInt64(buffer.count)): \(error)", isAtOpening: false)
        }
    }

    /// Whether a file begins like a `trace.dat`. False for what cannot be read: whoever opens it says why.
    static func isTraceDat(_ path: String) -> Bool {
        guard let file = try? StoredFile(path: path) else { return false }
        var first: [UInt8] = []
        guard (try? file.read(at: 0, count: TraceDatLayout.magic.count, into: &first)) != nil else { return false }
        return TraceDatLayout.isTraceDat(first)
    }
}
