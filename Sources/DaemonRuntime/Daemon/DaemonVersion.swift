import Exposition

/// The version of the daemon, as `--version`, `/v1/status` and the metrics name it.
package enum DaemonVersion {
    package static let current = ProductVersion.current
}
