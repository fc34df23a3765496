import LinuxSystem

/// Where the lab finds its own files.
package enum LabPaths {
    /// `Tests/Lab` of this checkout.
    package static let directory = String(#filePath.dropLast("/Support/Host/LabPaths.swift".count))

    /// Where downloads are kept between runs: `numawatch-lab` below `XDG_CACHE_HOME`, else below `~/.cache`.
    package static var cache: String {
        let home = environment("HOME") ?? "/tmp"
        return (environment("XDG_CACHE_HOME") ?? "\(home)/.cache") + "/numawatch-lab"
    }

    /// The directory of the program that is running; where the build puts the others, too.
    package static var programDirectory: String {
        let path = (try? DirectoryRoot.live.linkTarget("/proc/self/exe")) ?? ""
        return "/" + path.split(separator: "/").dropLast().joined(separator: "/")
    }

    /// A variable of the environment; absent also if empty.
    package static func environment(_ name: String) -> String? {
        guard let value = HostFacts.environmentVariable(name), !value.isEmpty else { return nil }
        return value
    }
}
