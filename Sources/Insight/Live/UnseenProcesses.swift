/// Whose events may be missing around a moment: what a change of the kernel's filter, or a loss, takes from view.
package enum UnseenProcesses: Sendable, Equatable {
    /// These and no others.
    case processes(Set<Int32>)
    /// All, born or unborn, but these.
    case allBut(Set<Int32>)

    /// Every process.
    package static var all: UnseenProcesses { .allBut([]) }

    package func contains(_ process: Int32) -> Bool {
        switch self {
        case .processes(let unseen): unseen.contains(process)
        case .allBut(let seen): !seen.contains(process)
        }
    }
}
