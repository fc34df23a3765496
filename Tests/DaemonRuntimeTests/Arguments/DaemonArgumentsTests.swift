import Testing

@testable import DaemonRuntime

@Suite("The daemon's command line")
struct DaemonArgumentsTests {
    @Test("no argument runs with the defaults")
    func none() throws {
        #expect(try DaemonArguments([]) == DaemonArguments())
    }

    @Test("values are taken with = and as the next argument")
    func values() throws {
        let arguments = try DaemonArguments(["--config=/a=b", "--socket", "/s", "--root=/r", "--check-config"])
        #expect(arguments.configurationFile == "/a=b")
        #expect(arguments.socketPath == "/s")
        #expect(arguments.root == "/r")
        #expect(arguments.action == .checkConfiguration)
    }

    @Test("relative paths begin at the current directory")
    func relativePaths() throws {
        let arguments = try DaemonArguments(
            ["--config", "a.conf", "--socket=x/s", "--root", "/r"], currentDirectory: "/d")
        #expect(arguments.configurationFile == "/d/a.conf")
        #expect(arguments.socketPath == "/d/x/s")
        #expect(arguments.root == "/r")
        #expect(try DaemonArguments(["--config", "a"], currentDirectory: "/").configurationFile == "/a")
        #expect {
            try DaemonArguments(["--config", "a"], currentDirectory: nil)
        } throws: {
            "\($0)" == "--config: “a” is relative, and there is no current directory"
        }
        #expect(try DaemonArguments(["--config", "a"]).configurationFile?.hasPrefix("/") == true)
    }

    @Test(
        "the printing actions",
        arguments: [
            (["--print-config"], DaemonArguments.Action.printConfiguration(.file)),
            (["--print-config=manual"], .printConfiguration(.manual)),
            (["--print-config=effective"], .printConfiguration(.effective)),
            (["--version"], .printVersion), (["-h"], .printHelp), (["--help"], .printHelp),
        ])
    func actions(_ arguments: [String], _ action: DaemonArguments.Action) throws {
        #expect(try DaemonArguments(arguments).action == action)
    }

    @Test(
        "what is not understood is refused with a remedy",
        arguments: [
            (["--conifg=/a"], "unknown argument “--conifg=/a”; did you mean --config?"),
            (["x"], "unknown argument “x”"),
            ([""], "unknown argument “”"),
            (["--config"], "--config needs a value: --config FILE"),
            (["--config="], "--config needs a value: --config FILE"),
            (["--version=2"], "--version takes no value"),
            (["--print-config=x"], "--print-config= takes one of file, manual, effective, not “x”"),
        ])
    func refused(_ arguments: [String], _ message: String) {
        #expect { try DaemonArguments(arguments) } throws: { "\($0)" == message }
    }

    @Test("every option is in the help")
    func help() {
        for name in ["--config", "--socket", "--root", "--check-config", "--print-config", "--version", "--help"] {
            #expect(DaemonArguments.help.contains("  \(name) "))
        }
    }
}
