package import Snapshots
import Synchronization

/// The text of `/metrics`, rendered at most once per snapshot, format and kind of reader.
///
/// Texts for limited viewers are kept for a few of them only; the rest are rendered for each request.
package final class MetricsPage: Sendable {
    /// Where the socket has it.
    package static let path = "/metrics"

    /// Texts kept at a time: both formats for the unlimited reader and for some limited ones.
    package static let capacity = 16

    private struct Key: Hashable {
        var viewer: Viewer
        var format: MetricsFormat
        /// Of a limited viewer, its processes as they are now: when one is not its own any more, the text is another.
        var pids: [Int32]
    }

    private struct State {
        var sequence: UInt64 = 0
        var pages: [Key: [UInt8]] = [:]
        var droppedBefore: UInt64 = 0
        var droppedNow = 0
        var renderings: UInt64 = 0
        var lastBytes = 0
    }

    private let renderer: MetricsRenderer
    private let state = Mutex(State())

    package init(renderer: MetricsRenderer) {
        self.renderer = renderer
    }

    /// How often a text was made: for tests and benchmarks.
    package var renderings: UInt64 { state.withLock(\.renderings) }

    /// The text of a snapshot.
    ///
    /// - Parameters:
    ///   - snapshot: The whole snapshot; it is narrowed here to what the viewer may see.
    ///   - stillOwns: See `HostSnapshot.visible(to:stillOwns:)`.
    /// - Complexity: O(1) when the text is there (it shares its storage) and the viewer sees everything; O(processes) when it
    ///   is limited; O(series) otherwise.
    package func text(
        of snapshot: HostSnapshot, format: MetricsFormat, viewer: Viewer,
        stillOwns: SnapshotStore.OwnershipCheck? = nil
    ) -> [UInt8] {
        let visible = snapshot.visible(to: viewer, stillOwns: stillOwns)
        let key = Key(
            viewer: viewer, format: format, pids: viewer == .all ? [] : visible.processes.map(\.identity.pid))
        return state.withLock { state in
            if state.sequence != snapshot.sequence {
                state.droppedBefore &+= UInt64(state.droppedNow)
                state.droppedNow = 0
                state.sequence = snapshot.sequence
                state.pages.removeAll(keepingCapacity: true)
            }
            if let page = state.pages[key] { return page }
            let output = renderer.render(
                visible, format: format, droppedBefore: state.droppedBefore,
                reservedBytes: state.lastBytes)
            state.renderings += 1
            if viewer == .all {
                state.droppedNow = output.droppedCount
                state.lastBytes = output.bytes.count
            }
            if state.pages.count < Self.capacity { state.pages[key] = output.bytes }
            return output.bytes
        }
    }
}
