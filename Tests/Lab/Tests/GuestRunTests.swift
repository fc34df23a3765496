import FixtureSupport
import Lab
import Testing

/// How guests end, with shell scripts in the place of the emulator.
@Suite struct GuestRunTests {
    /// Runs a guest whose emulator is a script. It finds its number of calls in `$calls`, the console's file in `$console`
    /// and the disk of the results in `$results`.
    private func run(
        _ script: String, overheadSeconds: Int = 60, steps: [GuestStep] = [], before: (String) throws -> Void = { _ in }
    ) async throws -> (result: Result<(earlier: LabFailure?, console: String), LabFailure>, calls: Int) {
        let directory = try TemporaryDirectory.make()
        try await HostFiles.makeDirectories([
            "\(directory)/kernel/boot", "\(directory)/kernel/lib/modules/6.1.0-0-amd64/kernel", "\(directory)/kept",
        ])
        try HostFiles.write(Array("CONFIG_NUMA=y\n".utf8), to: "\(directory)/kernel/boot/config-6.1.0-0-amd64")
        try before("\(directory)/kept")
        let emulator = "\(directory)/emulator"
        let text = """
            #!/bin/sh
            echo call >>\(directory)/calls
            calls=$(wc -l <\(directory)/calls)
            for word in "$@"; do
                case $word in
                    file:*) console=${word#file:} ;;
                    *id=results,*) results=${word##*file=} ;;
                esac
            done
            \(script)
            """
        try HostFiles.write(Array(text.utf8), to: emulator)
        try await HostCommand.succeed("chmod", ["755", emulator])
        var plan = GuestPlan()
        plan.steps = steps
        plan.overheadSeconds = overheadSeconds
        plan.graceSeconds = 0
        let guest = Guest(
            topology: LabTopology(name: "none"),
            kernel: KernelPackage(
                series: .linux61, release: "6.1.0-0-amd64", directory: "\(directory)/kernel"),
            files: GuestFiles(), programs: ProgramDisk(path: "/dev/null", files: []), plan: plan, emulator: emulator)
        let result: Result<(earlier: LabFailure?, console: String), LabFailure>
        do throws(LabFailure) {
            let end = try await guest.run(resultsIn: "\(directory)/kept")
            result = .success((end.earlierFailure, end.console))
        } catch {
            result = .failure(error)
        }
        let calls = try HostFiles.read("\(directory)/calls").count { $0 == UInt8(ascii: "\n") }
        try await HostFiles.remove(directory)
        return (result, calls)
    }

    /// Writes what a guest writes that came to its end.
    private static let good = """
        work=$(mktemp -d)
        mkdir $work/files $work/steps
        touch $work/complete $work/dmesg
        tar -C $work -cf - dmesg files steps complete | dd of=$results conv=notrunc 2>/dev/null
        rm -r $work
        echo "lab: end" >$console
        """

    @Test("A guest that comes to its end is booted once")
    func once() async throws {
        let (result, calls) = try await run(Self.good)
        let end = try result.get()
        #expect(end.earlier == nil)
        #expect(end.console == "lab: end")
        #expect(calls == 1)
    }

    @Test("A guest that crashes at first is booted once more")
    func again() async throws {
        let (result, calls) = try await run("if [ $calls -eq 1 ]; then exit 0; fi\n\(Self.good)")
        #expect(try result.get().earlier?.reason.contains("it stopped before its end") == true)
        #expect(calls == 2)
    }

    @Test("A guest that panics twice fails with its console, also where an earlier run's results were kept")
    func panics() async throws {
        let (result, calls) = try await run("echo 'Kernel panic - not syncing: call '$calls >$console") { kept in
            try HostFiles.write([], to: "\(kept)/complete")
        }
        #expect {
            try result.get()
        } throws: { error in
            "\(error)".contains("it stopped before its end") && "\(error)".contains("not syncing: call 2")
        }
        #expect(calls == 2)
    }

    @Test("A guest that hangs twice is killed and fails with its console")
    func hangs() async throws {
        let (result, calls) = try await run("echo 'lab: step stuck' >$console\nexec sleep 600", overheadSeconds: 1)
        #expect {
            try result.get()
        } throws: { error in
            "\(error)".contains("hung in its boot, for 1 s, and was killed") && "\(error)".contains("lab: step stuck")
        }
        #expect(calls == 2)
    }

    @Test("A guest that hangs in a step is killed when the step should have ended, and booted once more")
    func hangsInStep() async throws {
        let (result, calls) = try await run(
            """
            if [ $calls -eq 1 ]; then
                printf '[    1.0] noise lab: step work\\n' >$console
                exec sleep 600
            fi
            \(Self.good)
            """, overheadSeconds: 300, steps: [GuestStep("work", deadlineSeconds: 1, "true")])
        let reason = try #require(try result.get().earlier?.reason)
        #expect(reason.hasPrefix("it hung in the step work, for 1 s, and was killed"))
        #expect(calls == 2)
    }

    @Test("An emulator that refuses its arguments fails with what it said")
    func refuses() async throws {
        let (result, _) = try await run("echo 'unable to find CPU model' >&2\nexit 1")
        #expect {
            try result.get()
        } throws: { error in
            "\(error)".contains("status 1") && "\(error)".contains("unable to find CPU model")
        }
    }
}
