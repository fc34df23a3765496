import Glibc

/// A file descriptor that is closed when its owner goes.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, valid as long as this value lives.
    package let rawValue: Int32

    /// Takes over an open descriptor; nobody else may close it.
    package init(adopting rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Gives the descriptor up: the caller closes it.
    package consuming func release() -> Int32 {
        let rawValue = rawValue
        discard self
        return rawValue
    }

    deinit {
        // Linux frees the number even when close(2) is interrupted, so it is never repeated.
        _ = close(rawValue)
    }
}
