/// Where an administrator, or what runs on the host, names pods, containers and jobs.
package enum NameFiles {
    /// The administrator's last, which counts: programs may write below `/run`.
    package static let directories = ["/run/numawatch/names.d", "/etc/numawatch/names.d"]

    /// Whether a file of such a directory is one of names.
    package static func isOne(_ name: String) -> Bool {
        !name.hasPrefix(".") && (name.hasSuffix(".map") || name.hasSuffix(".conf"))
    }
}
