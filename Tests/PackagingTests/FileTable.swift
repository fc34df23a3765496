/// `scripts/files.txt`: what is installed.
struct FileTable {
    struct Entry {
        var kind: String
        var source: String
        /// Below the root, with the prefix `usr`.
        var place: String
    }

    let entries: [Entry]

    init() throws {
        entries = try text(of: "\(repository)/scripts/files.txt").split(separator: "\n").compactMap {
            line -> Entry? in
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] != "#" else { return nil }
            return Entry(
                kind: String(words[0]), source: String(words[1]),
                place: String(words[2].replacing("PREFIX", with: "usr")))
        }
    }

    /// Of every file.
    var places: [String] { entries.filter { $0.kind != "directory" }.map(\.place).sorted() }
}

/// Programs to be installed: any that run in the place of the three, and the one that makes manuals.
func standInPrograms(_ program: String? = nil) throws -> TemporaryDirectory {
    let programs = try TemporaryDirectory()
    for name in ["numawatchd", "numawatch", "numawatch-iterator"] {
        if let program {
            let copy = try Command("/bin/cp", [program, "\(programs.path)/\(name)"])
            guard copy.status == 0 else { throw CopyFailure(output: copy.output) }
        } else {
            try programs.write(name, "#!/bin/sh\nexit 0\n", isExecutable: true)
        }
    }
    try programs.write(
        "numawatch-manuals", "#!/bin/sh\nexec '\(RunningDaemon.directory)/numawatch-manuals' \"$@\"\n",
        isExecutable: true)
    return programs
}

private struct CopyFailure: Error {
    var output: String
}
