/// Whether one kernel source is readable here, and what is lost without it.
package struct SourceStatus: Sendable, Equatable {
    /// What became of reading it.
    package enum State: Sendable, Equatable {
        case readable
        /// The file cannot be had: the errno and its name, as `EACCES`.
        case unavailable(errno: Int32, errnoName: String)
        /// It is asked for and cannot be had, for a reason that no errno says.
        case failed(reason: String)
        /// It was read, but its text was not understood.
        case malformed(reason: String)
        /// Not applicable on this kernel or configuration.
        case notApplicable(reason: String)
    }

    /// A stable short name: `vmstat`, `task-sched`, `numa_maps`, `schedstat`…
    package var name: String
    /// The file or call.
    package var path: String
    package var state: State
    /// What numawatch takes from it.
    package var purpose: String
    /// What cannot be told without it.
    package var lostWithout: String
    /// The one thing that would make it readable here; absent when it is readable or nothing would.
    package var remedy: String?
    /// Monotonic time at which it was tried last, nanoseconds; absent where that is not known.
    package var triedAtNanoseconds: UInt64?

    package init(
        name: String, path: String, state: State, purpose: String, lostWithout: String, remedy: String? = nil
    ) {
        self.name = name
        self.path = path
        self.state = state
        self.purpose = purpose
        self.lostWithout = lostWithout
        self.remedy = remedy
    }

    package var isReadable: Bool { state == .readable }

    /// The name of the errno; nil where there is none.
    package var errnoName: String? {
        get { if case .unavailable(_, let name) = state { name } else { nil } }
        set {
            guard let newValue else { return }
            if case .unavailable(let errno, _) = state {
                state = .unavailable(errno: errno, errnoName: newValue)
            } else {
                state = .unavailable(errno: 0, errnoName: newValue)
            }
        }
    }

    /// Why it is not readable, where no errno says so.
    package var reason: String? {
        get {
            switch state {
            case .readable, .unavailable: nil
            case .failed(let reason), .malformed(let reason), .notApplicable(let reason): reason
            }
        }
        set {
            let reason = newValue ?? ""
            switch state {
            case .readable, .unavailable: break
            case .failed: state = .failed(reason: reason)
            case .malformed: state = .malformed(reason: reason)
            case .notApplicable: state = .notApplicable(reason: reason)
            }
        }
    }
}
