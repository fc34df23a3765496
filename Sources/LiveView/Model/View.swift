/// What the screen is about.
package enum View: Hashable, Sendable {
    case overview, groups
    /// The processes, of one group or of all.
    case processes(group: String?)
    case flow, machine, events
    /// The threads of a process.
    case threads(pid: Int32)
    /// What was recorded of a process or thread.
    case story(id: Int32)
    /// The verdict of a group; of the host where there is none.
    case card(group: String?)
    /// Keys and marks of the view below it.
    case help

    /// The screens with a number, in its order.
    package static let numbered: [View] = [.overview, .groups, .processes(group: nil), .flow, .machine, .events]

    /// What it is called in the header, in the help and in the settings.
    package var name: String {
        switch self {
        case .overview: "overview"
        case .groups: "groups"
        case .processes: "processes"
        case .flow: "flow"
        case .machine: "machine"
        case .events: "events"
        case .threads: "threads"
        case .story: "story"
        case .card: "verdict"
        case .help: "help"
        }
    }

    /// The question it answers.
    package var question: String {
        switch self {
        case .overview: "Is anything wrong, and where?"
        case .groups: "Where are the memory and the threads of each group?"
        case .processes: "Where are the memory and the threads of each process?"
        case .flow: "From where to where do pages go, and by which rule?"
        case .machine: "What does the kernel think this machine is?"
        case .events: "What happened?"
        case .threads: "Where does each thread run, and where does it fault?"
        case .story: "What did the kernel do, and by which rule?"
        case .card: "Why this verdict, and what to do?"
        case .help: "Which keys are there?"
        }
    }

    package var isList: Bool {
        switch self {
        case .overview, .groups, .processes, .threads: true
        case .flow, .machine, .events, .story, .card, .help: false
        }
    }
}
