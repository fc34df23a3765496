import Lab
import Testing

@Suite struct InitramfsTests {
    @Test("An archive is what cpio reads: directories, files, links, in order")
    func archive() async throws {
        var archive = CPIOArchive()
        archive.add("/bin/tool", .file(Array("#!/bin/sh\n".utf8), isExecutable: true))
        archive.add("bin/link", .link(target: "tool"))
        archive.add("etc/empty", .file([], isExecutable: false))
        // What is there stays.
        archive.add("bin/tool", .file([], isExecutable: false))
        let bytes = archive.finished()
        #expect(bytes.count % 4 == 0)
        #expect(
            members(bytes) == [
                Member("bin", mode: 0o040755, ""), Member("bin/tool", mode: 0o100755, "#!/bin/sh\n"),
                Member("bin/link", mode: 0o120777, "tool"), Member("etc", mode: 0o040755, ""),
                Member("etc/empty", mode: 0o100644, ""), Member("TRAILER!!!", mode: 0, ""),
            ])
    }

    @Test("The same members give the same bytes, and every member a number of its own")
    func deterministic() {
        func make() -> [UInt8] {
            var archive = CPIOArchive()
            for name in ["a", "b/c", "b/d"] { archive.add(name, .file([1, 2, 3], isExecutable: false)) }
            return archive.finished()
        }
        let bytes = make()
        #expect(bytes == make())
        let numbers = headers(bytes).map { $0.fields[0] }
        #expect(numbers == [1, 2, 3, 4, 0])
    }

    @Test("ldd's list: paths with and without an arrow, no vdso; nothing for a static program")
    func libraries() throws {
        let listing = """
            \tlinux-vdso.so.1 (0x00007ffd2f9f2000)
            \tlibnuma.so.1 => /lib/x86_64-linux-gnu/libnuma.so.1 (0x00007f0c3c2a0000)
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f0c3c2d0000)

            """
        #expect(
            try GuestFiles.libraries(listing, of: "x") == [
                "/lib/x86_64-linux-gnu/libnuma.so.1", "/lib64/ld-linux-x86-64.so.2",
            ])
        #expect(try GuestFiles.libraries("\tnot a dynamic executable\n", of: "x") == [])
    }

    @Test("A library that ldd does not find is an error that names it")
    func missingLibrary() {
        #expect {
            try GuestFiles.libraries("\tlibnuma.so.1 => not found\n", of: "/bin/x")
        } throws: { error in
            "\(error)".contains("libnuma.so.1") && "\(error)".contains("/bin/x")
        }
    }

    @Test("A program that is not there is an error that says how to make it")
    func missingProgram() async {
        await #expect {
            _ = try await GuestPrograms.files("/nonexistent")
        } throws: { error in
            "\(error)".contains("/nonexistent/numawatch") && "\(error)".contains("make build")
        }
    }

    @Test("A library that is loaded late is there with those it needs; one that is not is an error")
    func lateLibrary() async throws {
        var files = GuestFiles()
        try await files.addLibrary("libtracefs.so.1")
        for name in ["libtracefs.so.1", "libtraceevent.so.1", "libc.so.6"] {
            #expect(files.files.keys.contains { $0.hasSuffix("/\(name)") }, "\(name)")
        }
        await #expect(throws: LabFailure.self) { try await files.addLibrary("libnone.so.1") }
    }

    // MARK: Reading archives

    private struct Member: Equatable {
        var name: String
        var mode: Int
        var content: String

        init(_ name: String, mode: Int, _ content: String) {
            self.name = name
            self.mode = mode
            self.content = content
        }
    }

    private struct Header {
        var fields: [Int]
        var name: String
        var content: [UInt8]
    }

    private func members(_ bytes: [UInt8]) -> [Member] {
        headers(bytes).map { Member($0.name, mode: $0.fields[1], String(decoding: $0.content, as: UTF8.self)) }
    }

    /// By the format's description, apart from the code under test.
    private func headers(_ bytes: [UInt8]) -> [Header] {
        var headers: [Header] = []
        var offset = 0
        while offset + 110 <= bytes.count {
            guard bytes[offset..<offset + 6].elementsEqual("070701".utf8) else { return [] }
            let fields = (0..<13).map { field in
                let start = offset + 6 + field * 8
                return Int(String(decoding: bytes[start..<start + 8], as: UTF8.self), radix: 16) ?? -1
            }
            let nameEnd = offset + 110 + fields[11]
            let name = String(decoding: bytes[offset + 110..<nameEnd - 1], as: UTF8.self)
            let start = (nameEnd + 3) / 4 * 4
            headers.append(Header(fields: fields, name: name, content: Array(bytes[start..<start + fields[6]])))
            offset = (start + fields[6] + 3) / 4 * 4
        }
        return headers
    }
}
