import LinuxSystem
import LiveView
import Synchronization

/// Between the task that asks the daemon and the thread that draws.
final class TopMailbox: Sendable {
    private struct State {
        var inputs: [TopModel.Input] = []
        var needs: SampleNeeds
        var recalls: [TopModel.Recall] = []
    }

    private let state: Mutex<State>
    /// Yields when there is something to look after: a second has gone, or the picture wants other documents.
    let nudges: AsyncStream<Void>
    private let nudge: AsyncStream<Void>.Continuation

    init(needs: SampleNeeds) {
        state = Mutex(State(needs: needs))
        (nudges, nudge) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// For the thread that draws.
    func post(_ input: TopModel.Input) {
        state.withLock { $0.inputs.append(input) }
        TerminalEvents.wake()
    }

    func take() -> [TopModel.Input] {
        state.withLock { state in
            defer { state.inputs = [] }
            return state.inputs
        }
    }

    var needs: SampleNeeds { state.withLock { $0.needs } }

    /// What the picture wants now; where that is new, it is asked for at once.
    func want(_ needs: SampleNeeds) {
        let isNew = state.withLock { state in
            defer { state.needs = needs }
            return state.needs != needs
        }
        if isNew { nudge.yield() }
    }

    /// A part of the history is wanted.
    func want(_ recall: TopModel.Recall) {
        state.withLock { $0.recalls.append(recall) }
        nudge.yield()
    }

    /// The parts of the history that are wanted.
    func takeRecalls() -> [TopModel.Recall] {
        state.withLock { state in
            defer { state.recalls = [] }
            return state.recalls
        }
    }

    func wakeFeed() { nudge.yield() }

    func finish() { nudge.finish() }
}
