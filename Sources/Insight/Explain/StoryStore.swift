import Synchronization

/// The book of stories, shared between the thread that traces and those that answer.
package final class StoryStore: Sendable {
    private struct State {
        var book: StoryBook?
        var narrator: StoryNarrator?
    }

    private let state = Mutex(State())

    package init() {}

    /// Opens a new book: tracing begins.
    package func open(_ narrator: StoryNarrator) {
        state.withLock { $0 = State(book: StoryBook(), narrator: narrator) }
    }

    /// Closes the book: tracing has ended, and its memory is given back.
    package func close() {
        state.withLock { $0 = State() }
    }

    /// Writes entries down.
    package func add(_ entries: [StoryEntry]) {
        guard !entries.isEmpty else { return }
        state.withLock { state in
            for entry in entries { state.book?.add(entry) }
        }
    }

    /// What wants a look into the book, with who tells it; nothing while nothing is traced.
    package func read<Answer: Sendable>(_ body: (StoryBook, StoryNarrator) -> Answer) -> Answer? {
        state.withLock { state in
            guard let book = state.book, let narrator = state.narrator else { return nil }
            return body(book, narrator)
        }
    }
}
