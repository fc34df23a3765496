package import LinuxSystem
import SystemPackage

/// Which files make up the configuration, in the order they apply.
///
/// As systemd does it for its own daemons: the main file first, then the drop-ins sorted by name whatever directory
/// they are in, so that `90-local.conf` has the last word. A drop-in in a directory named earlier hides those of the
/// same name in later ones: a package ships defaults below `/usr/lib`, the administrator overrides below `/etc`. A
/// drop-in that is a link to `/dev/null` thereby switches the hidden one off.
package enum ConfigurationSearch {
    static let mainFileName = "numawatchd.conf"

    /// The first is the administrator's and wins.
    static let directories = ["/etc/numawatch", "/run/numawatch", "/usr/local/lib/numawatch", "/usr/lib/numawatch"]

    /// Reads the main file, from the first directory that has one, and the drop-ins of all directories.
    ///
    /// - Parameters:
    ///   - root: Where the paths are looked up.
    ///   - file: Read this file and the drop-ins in `<file>.d/` instead of searching. It has to exist.
    /// - Throws: every file that exists and cannot be read. Files that do not exist are no problem: every key has a
    ///   default.
    package static func sources(
        in root: any HostRoot, file: String? = nil
    ) throws(ConfigurationError) -> [ConfigurationSource] {
        var reading = Reading(root: root)
        if let file {
            if !reading.add(file) {
                reading.problems.append(
                    ConfigurationProblem(
                        file: file, position: nil,
                        kind: .unreadable(reason: "there is no such file, or it is below a path that does not exist")))
            }
            for name in reading.dropInNames(of: "\(file).d") { _ = reading.add("\(file).d/\(name)") }
        } else {
            for directory in directories where reading.add("\(directory)/\(mainFileName)") { break }
            var pathsByName: [String: String] = [:]
            for directory in directories.map({ "\($0)/\(mainFileName).d" }) {
                for name in reading.dropInNames(of: directory) where pathsByName[name] == nil {
                    pathsByName[name] = "\(directory)/\(name)"
                }
            }
            for (_, path) in pathsByName.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                _ = reading.add(path)
            }
        }
        guard reading.problems.isEmpty else { throw ConfigurationError(problems: reading.problems) }
        return reading.sources
    }

    private struct Reading {
        let root: any HostRoot
        var sources: [ConfigurationSource] = []
        var problems: [ConfigurationProblem] = []

        private static let nullDevice = "/dev/null"

        init(root: any HostRoot) { self.root = root }

        /// Whether the file exists; one that exists and cannot be read is a problem.
        mutating func add(_ path: String) -> Bool {
            // The null device, or a link to it, is an empty file by custom, and switches a drop-in off.
            if path == Self.nullDevice || (try? root.linkTarget(path)) == Self.nullDevice {
                sources.append(ConfigurationSource(file: path, bytes: []))
                return true
            }
            do {
                let bytes = try root.readBytes(path, limitBytes: ConfigurationLoader.maximumFileBytes)
                sources.append(ConfigurationSource(file: path, bytes: bytes))
                return true
            } catch {
                return note(error, path)
            }
        }

        mutating func dropInNames(of directory: String) -> [String] {
            do {
                return try root.list(directory).filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
            } catch {
                _ = note(error, directory)
                return []
            }
        }

        private mutating func note(_ failure: ReadFailure, _ path: String) -> Bool {
            switch failure.kind {
            case .missing, .gone:
                return false
            case .tooLarge:
                problems.append(
                    ConfigurationProblem(
                        file: path, position: nil,
                        kind: .tooLarge(limitBytes: ConfigurationLoader.maximumFileBytes)))
            // A device or a pipe answers EINVAL, a socket ENXIO.
            case .wrongType where failure.errno == .isDirectory, .io where Self.isNoFile(failure.errno):
                problems.append(ConfigurationProblem(file: path, position: nil, kind: .notAFile))
            case .permission, .wrongType, .io, .stuck:
                problems.append(
                    ConfigurationProblem(
                        file: path, position: nil, kind: .unreadable(reason: failure.errno.description)))
            }
            return true
        }

        private static func isNoFile(_ errno: Errno) -> Bool {
            errno == .invalidArgument || errno == .noSuchAddressOrDevice
        }
    }
}
