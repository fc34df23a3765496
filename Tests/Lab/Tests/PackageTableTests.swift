import Lab
import Testing

@Suite struct PackageTableTests {
    @Test("The packages of a group are those of the table, in its order")
    func groups() throws {
        let text = """
            # group  package  why
            userland systemd  the first process
            runtime  libb     this
            runtime-tracing libc  that
            runtime  liba     those

            """
        #expect(PackageTable.names(in: "runtime", of: text) == ["libb", "liba"])
        #expect(PackageTable.names(in: "run", of: text) == [])
        #expect(throws: LabFailure.self) { try PackageTable.names(in: ["nothing"]) }
    }

    @Test("A userland has systemd and the run-time packages, and nothing that only tracing needs")
    func userland() throws {
        let packages = try Userland.packages()
        #expect(packages.contains("systemd") && packages.contains("libnuma1"))
        #expect(try Set(packages).isDisjoint(with: PackageTable.names(in: ["runtime-tracing"])))
    }

    @Test("A userland is made anew when its packages change, and only then")
    func fingerprint() {
        let name = PackageTable.fingerprint(["a", "b"])
        #expect(name == PackageTable.fingerprint(["b", "a"]))
        #expect(name != PackageTable.fingerprint(["a", "b", "c"]))
        #expect(name.allSatisfy { $0.isHexDigit })
    }
}
