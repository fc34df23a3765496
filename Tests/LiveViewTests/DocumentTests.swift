import FixtureSupport
import LinuxSystem
import Snapshots
import Testing

@testable import LiveView

/// `docs/top.md` is printed: its keys and columns from the tables that the program goes by, its pictures from the golden ones. To
/// renew it, run once with `NUMAWATCH_UPDATE_GOLDEN=1`, after the pictures.
@Suite struct DocumentTests {
    private static let root = String(Fixture.directory.dropLast("/Tests/Fixtures".count))

    @Test("The document of top is up to date")
    func document() throws {
        let text = try Self.text()
        if HostFacts.environmentVariable("NUMAWATCH_UPDATE_GOLDEN") != nil {
            try Output.replaceFile(Self.root + "/docs/top.md", with: Array(text.utf8))
        }
        #expect(try text == String(decoding: DirectoryRoot(Self.root).readBytes("/docs/top.md"), as: UTF8.self))
    }

    @Test("The README shows the golden picture")
    func readme() throws {
        let text = String(decoding: try DirectoryRoot(Self.root).readBytes("/README.md"), as: UTF8.self)
        #expect(try text.contains(Self.picture("overview")))
    }

    private static func picture(_ name: String) throws -> String {
        let bytes = try DirectoryRoot(root).readBytes("/Tests/LiveViewTests/Golden/\(name).txt")
        return "```\n" + String(decoding: bytes, as: UTF8.self) + "```\n"
    }

    private static func text() throws -> String {
        var text = """
            # numawatch top

            What `htop` is to CPU, this is to NUMA: the live view of what balancing does, the verdict first. It asks the daemon
            over its socket and needs no right of its own; with `--local` it reads this host itself. Pictures and tables of this
            page are printed by its tests; the host in them is made up.


            """
        text += try picture("overview") + screens() + marks() + keys() + columns() + use()
        return text
    }

    // MARK: Parts

    private static func screens() throws -> String {
        var text = """

            The first three lines say what the host is and does: the verdict with its confidence, what balancing costs and
            gains of the CPU time, and hint faults, armed and moved pages a second. Below them are the nodes, the groups that
            lose most CPU time (costs less gains) and the newest events; `!` stands before those that call for a look.

            ## Screens

            | key | screen | answers |
            |---|---|---|

            """
        for (index, view) in View.numbered.enumerated() {
            text += "| `\(index + 1)` | \(view.name) | \(view.question) |\n"
        }
        for view in [View.threads(pid: 0), .story(id: 0), .card(group: nil), .help] {
            text += "| | \(view.name) | \(view.question) |\n"
        }
        text += """

            Enter opens the chosen line: a group's processes, a process's threads, a thread's story, which needs a daemon that
            traces ([tracing.md](tracing.md)). Esc goes back. `v` opens the verdict card:


            """
        return try text + picture("verdict")
            + "\nFlow shows from which node to which pages go, and where hint faults are "
            + "traced, which rule of the kernel's let them:\n\n" + picture("flow")
            + "\nMachine shows settings beside the kernel's defaults, and what cannot be read:\n\n" + picture("machine")
    }

    private static func marks() -> String {
        var text = "\n## Figures\n\nThe character after a figure says its kind. What is not known is `-`, never 0.\n\n"
        text += "| mark | means |\n|---|---|\n"
        for mark in Figure.Mark.allCases {
            text += "| \(mark == .none ? "none" : "`\(mark.rawValue)`") | \(mark.meaning) |\n"
        }
        text += "\nLetters of the column WHY:\n\n| letter | means |\n|---|---|\n"
        for (letter, meaning) in WhyLetter.all { text += "| `\(letter)` | \(meaning) |\n" }
        return text
    }

    private static func keys() -> String {
        var text = "\n## Keys\n\n| keys | do | where |\n|---|---|---|\n"
        let views: [View] = View.numbered + [.threads(pid: 0), .story(id: 0), .card(group: nil)]
        for binding in KeyBinding.all {
            let places = views.filter { binding.works(in: $0) }
            let place = places.count == views.count ? "everywhere" : places.map(\.name).joined(separator: ", ")
            let keys = binding.keys.map { "`\($0.name)`" }.joined(separator: " ")
            text += "| \(keys) | \(binding.meaning) | \(place) |\n"
        }
        return text
    }

    private static func columns() -> String {
        var text =
            "\n## Columns\n\nOn a narrow terminal some columns give way; wide ones have more, to the right of the others.\n"
        let model = TopModel()
        for (view, title) in [
            (View.overview, "Overview"), (.groups, "Groups"), (.processes(group: nil), "Processes"),
            (.threads(pid: 812), "Threads"),
        ] {
            text += "\n\(title):\n\n| column | shows |\n|---|---|\n"
            for heading in model.list(of: view)?.headings ?? [] {
                text += "| `\(heading.title)` | \(heading.meaning) |\n"
            }
        }
        return text
    }

    private static func use() -> String {
        """

        ## Use

            numawatch top                        # on a terminal
            numawatch top --once                 # one picture, into a pipe or a file
            numawatch top -n 3 --json            # three samples as lines of JSON
            numawatch top --filter '^postgres'   # only what matches: names, commands, pids
            numawatch top --screen flow --once

        The screen needs \(TopModel.minimumColumns) columns and \(TopModel.minimumRows) rows; it is made for 80 by 24. Nothing is \
        said by colour alone: `NO_COLOR` and terminals without colours show the same. With `TERM=dumb` it prints one picture \
        after the other. Names of processes and units may hold any character; what a terminal would act on is shown, not sent.

        Samples of this session can be stepped through: `t` and `T` (or `,` and `.`), `J` for a time, `L` back to now. Before \
        these lie the daemon's own ([history.md](history.md)): `t` goes on into them, `J` jumps there (`J -3h`, `J 02:15`), `--at \
        TIME` begins there, and a span without samples is a row with its reason. The history keeps no processes and no threads. \
        They are drawn by the same code as the present one. `+` takes rates over a minute or ten, as far back as samples reach.

        A daemon that is gone leaves the last picture and a banner; a second after it is back, so is top. Whatever ends top but \
        SIGKILL leaves the terminal as it was found; Ctrl-Z works.

        Order, filter, units, interval and hidden columns are kept in `$XDG_CONFIG_HOME/numawatch/top.conf` (else below \
        `~/.config`), as lines `NAME = VALUE`:

        | name | value |
        |---|---|
        | `sort.VIEW` | a column's title; with `-` before it, reversed. VIEW is overview, groups, processes or threads |
        | `hide.VIEW` | titles of columns that are not shown, with spaces between them |
        | `filter` | a regular expression |
        | `units` | \(MemoryUnit.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")) |
        | `interval` | \(TopSettings.Interval.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")) |
        | `idle` | `shown`, `hidden` |

        """
    }
}
