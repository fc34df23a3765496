/// The version of numawatch: of the daemon, the command line and what they publish.
package enum ProductVersion {
    package static let current = "0.1.0"
}
