import Lab
import Testing

@Suite struct LabTableTests {
    private static let rows = [
        LabRun.Row(topology: "2-nodes", kernel: "6.1.0-56-amd64", check: "domains", outcome: .passed("8 CPUs")),
        LabRun.Row(topology: "4-ring", kernel: "6.12", check: "boot", outcome: .failed(["a\nb", "c"])),
        LabRun.Row(topology: "4-ring", kernel: "6.17", check: "boot", outcome: .skipped("it is gone")),
    ]

    @Test("Columns line up, and what failed is told in full below")
    func text() {
        #expect(
            LabTable.text(Self.rows) == """
                TOPOLOGY  KERNEL          CHECK    RESULT
                2-nodes   6.1.0-56-amd64  domains  ok: 8 CPUs
                4-ring    6.12            boot     FAILED: 2 problems
                4-ring    6.17            boot     skipped: it is gone

                4-ring, 6.12, boot:
                  a
                  b
                  c

                """)
    }

    @Test("A guest that ends says at once what failed in it")
    func line() {
        #expect(
            Self.rows.map(LabTable.line) == [
                "2-nodes  6.1.0-56-amd64  domains  ok: 8 CPUs",
                "4-ring  6.12  boot  FAILED: 2 problems\n  a\n  b\n  c", "4-ring  6.17  boot  skipped: it is gone",
            ])
    }
}
