import Testing

@testable import Manuals

@Suite("A manual page")
struct ManualPageTests {
    private func roff(_ blocks: ManualPage.Block...) -> String {
        var page = ManualPage("numawatch-x", section: 7, "a page")
        page.add(blocks)
        return page.roff(version: "1.2.3")
    }

    @Test("begins with its title and its name, and has the version at its foot")
    func head() {
        let text = roff()
        #expect(text.contains(".TH NUMAWATCH-X 7 \"\" \"numawatch 1.2.3\" \"numawatch\"\n"))
        #expect(text.contains(".SH NAME\nnumawatch\\-x \\- a page\n"))
    }

    @Test(
        "text that means something to roff is printed as it is",
        arguments: [
            (".conf is no request", "\\&.conf is no request"), ("'quoted'", "\\&'quoted'"),
            ("a\\b", "a\\eb"), ("--local", "\\-\\-local"), ("a\n.b", "a\n\\&.b"), ("a\tb", "a    b"), ("", ""),
        ])
    func escapes(_ text: String, _ expected: String) {
        #expect(ManualPage.escaped(text) == expected)
    }

    @Test("a term with a double quote does not end its argument")
    func quotes() {
        #expect(roff(.term("say \"x\"", "it says")).contains(".TP\n.B \"say \\(dqx\\(dq\"\nit says\n"))
    }

    @Test("the pages to read beside it leave it out")
    func others() {
        var page = ManualPage("numawatchd", section: 8, "a daemon")
        page.seeAlso(["numawatch(1)", "numawatchd(8)", "numawatch-api(7)"])
        #expect(page.blocks.last == .paragraph("numawatch(1), numawatch-api(7)"))
    }
}

@Suite("The help of a program that parses its arguments by hand")
struct ProgramHelpTests {
    private static let text = """
        prog: does something

        Usage: prog [--config FILE]
               prog --version

          --config FILE  read FILE
                         instead
          --version      print the version

        Signals: HUP reads
        again.

        """

    @Test("is taken apart into its name, usage, options and remarks")
    func parts() throws {
        let help = try ProgramHelp(Self.text)
        #expect(help.name == "prog")
        #expect(help.summary == "does something")
        #expect(help.usage == ["prog [--config FILE]", "prog --version"])
        #expect(help.options.map(\.form) == ["--config FILE", "--version"])
        #expect(help.options.map(\.text) == ["read FILE instead", "print the version"])
        #expect(help.remarks == ["Signals: HUP reads again."])
    }

    @Test(
        "of another form is refused, not taken for a help without options",
        arguments: [
            "", "prog: x\n\nUsage: prog\n", "prog: x\n\nprog\n\n  --a  b\n", "prog\n\nUsage: prog\n\n  --a  b\n",
            "prog: x\n\nUsage: prog\n\n  words\n",
        ])
    func otherForms(_ text: String) {
        #expect(throws: ManualProblem.self) { try ProgramHelp(text) }
    }
}
