import Glibc
package import LinuxSystem
import SystemPackage

/// Directories that one test has to itself.
package enum TemporaryDirectory {
    /// Makes one below `/tmp`; whoever asked removes it.
    ///
    /// - Returns: Its path.
    /// - Throws: When there is no room or no right to make one.
    package static func make() throws(SystemFailure) -> String {
        // mkdtemp(3) replaces six X at the end by what makes the name unique.
        var template = Array(("/tmp/numawatch-test-" + String(repeating: "X", count: 6)).utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw SystemFailure("make a directory below", "/tmp", Errno(rawValue: errno))
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
