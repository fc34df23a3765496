import DaemonRuntime
import TaskIterator

/// numawatchd(8) and numawatch-iterator(8), from what `--help` prints.
enum ProgramManuals {
    static func daemon() throws(ManualProblem) -> ManualPage {
        var page = try page(of: DaemonArguments.help)
        page.add(
            .section("FILES"),
            .term("/etc/numawatch/numawatchd.conf", "The configuration, every key at its default: numawatchd.conf(5)."),
            .term("/etc/numawatch/numawatchd.conf.d/*.conf", "Drop-ins, read after it in the order of their names."),
            .term("/etc/numawatch/names.d/*.map", "What pods, containers and jobs are called."),
            .term("/run/numawatch/numawatch.sock", "The socket, see numawatch-api(7)."),
            .term(
                "/usr/share/numawatch/tracing.conf",
                "A drop-in of the unit for tracing hint faults, to be copied to "
                    + "/etc/systemd/system/numawatchd.service.d."))
        page.seeAlso(ManualFiles.references)
        return page
    }

    static func iterator() throws(ManualProblem) -> ManualPage {
        var page = try page(of: IteratorArguments.help)
        page.add(
            .section("FILES"), .term(TaskIteratorFile.pin, "The name of what is pinned, in the BPF file system."),
            .section("EXIT STATUS"),
            .term("\(IteratorProgram.Exit.success.rawValue)", "Done."),
            .term("\(IteratorProgram.Exit.failure.rawValue)", "It failed; standard error says why."),
            .term("\(IteratorProgram.Exit.usage.rawValue)", "Wrong usage."),
            .term("\(IteratorProgram.Exit.unavailable.rawValue)", "This kernel cannot have an iterator."))
        page.seeAlso(ManualFiles.references)
        return page
    }

    private static func page(of text: String) throws(ManualProblem) -> ManualPage {
        let help = try ProgramHelp(text)
        var page = ManualPage(help.name, section: 8, help.summary)
        page.add(.section("SYNOPSIS"))
        page.add(help.usage.map { .paragraph($0) })
        page.add(.section("OPTIONS"))
        page.add(help.options.map { .term($0.form, ManualFiles.sentence($0.text)) })
        if !help.remarks.isEmpty { page.add(.section("NOTES")) }
        page.add(help.remarks.map { .paragraph($0) })
        return page
    }
}
