/// What an administrator can do where the daemon is not there. In one place, as several failures come down to it.
enum DaemonAbsence {
    /// Nothing listens: both units, as the service alone does not bring back a socket that systemd gave up.
    static let startRemedy =
        "Start it with “systemctl restart numawatch.socket numawatchd.service”; the package or “make install” brings them."

    /// It took a connection and is gone, or was started for it and did not stay.
    static let endedRemedy =
        "“systemctl status numawatchd” says why it ended. If it refused its configuration, “numawatchd --check-config” names "
        + "what is wrong; when that is right, ask again."

    /// Without it.
    static let localRemedy = "“--local” works without a daemon."
}
