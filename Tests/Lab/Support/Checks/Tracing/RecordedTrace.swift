import ArchiveFiles
import BalancingModel
import HostReading
import Insight
import TextOutput
import Tracing

/// A trace that a guest's shell has recorded as text, and the machine it was recorded on.
struct RecordedTrace {
    let text: [UInt8]
    let machine: ReplayMachine

    /// - Parameters:
    ///   - path: The trace, packed, below `$OUT`.
    ///   - root: What was captured, below `$OUT`.
    init(_ result: GuestResult, path: String, root: String) throws(LabFailure) {
        do {
            let host = try BalancingHost.read(from: result.root(root))
            machine = ReplayMachine(layout: host.layout, profile: host.profile, facts: [])
        } catch {
            throw LabFailure("judge the trace", "the captured root: \(error)")
        }
        do {
            let packed = try ByteStream(path: "\(result.directory)/files/\(path)")
            var bytes: [UInt8] = []
            var piece: [UInt8] = []
            while try packed.read(into: &piece) { bytes += piece }
            text = bytes
        } catch {
            throw LabFailure("judge the trace", "the recording: \(error)")
        }
    }

    /// Replays it.
    func replay(_ drive: ReplayDrive) throws(LabFailure) -> ReplayRun {
        do {
            var sink = ByteArraySink()
            return try ReplayDriver.run(
                MemoryTrace(text), machine: machine, drive: drive, lines: .none, sink: &sink
            ).run
        } catch {
            throw LabFailure("judge the trace", "the recording cannot be replayed: \(error)")
        }
    }
}
