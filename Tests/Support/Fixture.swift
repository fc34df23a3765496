import LinuxSystem

/// The files under `Tests/Fixtures`.
package enum Fixture {
    /// Where this checkout keeps them.
    package static let directory = String(#filePath.dropLast("Support/Fixture.swift".count)) + "Fixtures"

    /// The bytes of a fixture.
    package static func bytes(_ path: String) throws -> [UInt8] {
        try DirectoryRoot(directory).readBytes("/" + path)
    }

    /// A text archive by its path without `.txt`; empty if it cannot be read, so that tests of its content fail.
    package static func archive(_ path: String) -> TextArchive {
        TextArchive((try? bytes(path + ".txt")) ?? [])
    }
}
