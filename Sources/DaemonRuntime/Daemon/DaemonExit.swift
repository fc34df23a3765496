/// How the daemon ends, as its exit status; see sysexits(3).
package enum DaemonExit: Int32, Error, Sendable {
    case success = 0
    /// It could not go on; the log says why.
    case failure = 1
    /// EX_USAGE: the command line was not understood.
    case usage = 64
    /// EX_UNAVAILABLE: the host lacks what the daemon cannot do without.
    case unavailable = 69
    /// EX_CONFIG: the configuration was refused. The unit does not restart on this one.
    case configuration = 78
}
