import Foundation
import Testing

/// A package built from programs that stand in for ours: what it consists of does not depend on them.
private struct BuiltPackage {
    let path: String
    let symbols: String
    private let directory: TemporaryDirectory

    init(_ programs: TemporaryDirectory) throws { try self.init(programs: programs.path) }

    init(programs: String) throws {
        directory = try TemporaryDirectory()
        let result = try Command("\(repository)/scripts/package-deb.sh", [programs, directory.path, "0"])
        let built = result.output.split(separator: "\n").map(String.init)
        try #require(result.status == 0 && built.count == 2, "\(result.output)")
        (path, symbols) = (built[0], built[1])
    }

    func field(_ name: String, of package: String? = nil) throws -> String {
        try Command("/usr/bin/dpkg-deb", ["--field", package ?? path, name]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A file of its control part.
    func control(_ name: String) throws -> String {
        try Command("/usr/bin/dpkg-deb", ["--info", path, name]).output
    }

    /// The lines of `tar --list --verbose`.
    func contents(of package: String? = nil) throws -> [String] {
        try Command("/usr/bin/dpkg-deb", ["--contents", package ?? path]).output.split(separator: "\n").map(String.init)
    }
}

@Suite(
    "The Debian package",
    .enabled(
        if: Command.path(of: "dpkg-deb") != nil && Command.path(of: "dpkg-shlibdeps") != nil,
        "dpkg-shlibdeps is missing: Debian package dpkg-dev"))
struct DebPackageTests {
    private static let binaries = ProcessInfo.processInfo.environment["NUMAWATCH_LAB_BINARIES"]
    private static let isRoot = getuid() == 0

    private func build() throws -> BuiltPackage { try BuiltPackage(standInPrograms("/bin/true")) }

    @Test("has what the table lists, and what policy wants beside it; everything is root's")
    func contents() throws {
        let package = try build()
        let listed = try package.contents().filter { !$0.hasPrefix("d") }.map { line in
            line.split(separator: " ").dropFirst(5).joined(separator: " ").replacing("./", with: "", maxReplacements: 1)
        }
        var expected = try FileTable().places.map { $0.contains("/man/") ? $0 + ".gz" : $0 }
        expected += ["usr/share/doc/numawatch/changelog.gz", "usr/share/doc/numawatch/copyright"]
        if !(try text(of: "\(repository)/packaging/debian/lintian-overrides").isEmpty) {
            expected.append("usr/share/lintian/overrides/numawatch")
        }
        #expect(listed.sorted() == expected.sorted())
        for line in try package.contents() + package.contents(of: package.symbols) {
            #expect(line.contains(" root/root "), "\(line)")
        }
        #expect(try package.control("conffiles") == "/etc/numawatch/numawatchd.conf\n")
        #expect(try package.contents(of: package.symbols).contains { $0.contains("/usr/lib/debug/.build-id/") })
    }

    @Test("has the version of the programs, which the list of changes has, too")
    func version() throws {
        let package = try build()
        let version = try Command("\(RunningDaemon.directory)/numawatchd", ["--version"]).output
        #expect(version == "numawatchd \(try package.field("Version"))\n")
        #expect(try package.field("Version", of: package.symbols) == package.field("Version"))
        let first = try text(of: "\(repository)/CHANGELOG.md").split(separator: "\n").first { $0.hasPrefix("## ") }
        #expect(first?.split(separator: " ").dropFirst().first.map(String.init) == (try package.field("Version")))
    }

    @Test("built twice from the same programs, it is the same byte for byte")
    func reproducible() throws {
        let programs = try standInPrograms("/bin/true")
        let first = try BuiltPackage(programs)
        let second = try BuiltPackage(programs)
        for (one, other) in [(first.path, second.path), (first.symbols, second.symbols)] {
            let same = try Command("/usr/bin/cmp", [one, other])
            #expect(same.status == 0, "\(same.output)")
        }
    }

    private static func lintian(_ packages: String...) throws {
        let lintian = try #require(Command.path(of: "lintian"), "lintian is missing: Debian package lintian")
        let result = try Command(
            lintian, ["--allow-root", "--fail-on", "error,warning"] + packages)
        #expect(result.status == 0 && result.output == "", "\(result.output)")
    }

    @Test("lintian finds no error and no warning")
    func lintian() throws {
        // What stands in for the programs has no symbols, of which their package would be told.
        let package = try build()
        try Self.lintian(package.path)
        withExtendedLifetime(package) {}
    }

    @Test(
        "with the release programs lintian finds nothing either; it depends on the packages of the table",
        .enabled(
            if: binaries != nil,
            "NUMAWATCH_LAB_BINARIES names no directory of release programs; “make test” builds them and sets it"))
    func realPrograms() throws {
        let package = try BuiltPackage(programs: try #require(Self.binaries))
        try Self.lintian(package.path, package.symbols)
        let names = try package.field("Depends").split(separator: ", ").map { $0.prefix { $0 != " " } }
        let table = try text(of: "\(repository)/scripts/packages.txt").split(separator: "\n").compactMap { line in
            line.hasPrefix("runtime ") ? line.split(separator: " ")[1] : nil
        }
        #expect(Set(names).subtracting(["libc6", "libgcc-s1", "systemd"]) == Set(table))
        #expect(try package.field("Depends").contains("libc6 (>= 2.36)"))
        // KiB; with symbols it is three times as much.
        #expect(try #require(Int(try package.field("Installed-Size"))) < 90_000)
    }

    @Test("the units' files and the journal's catalogue are understood by systemd")
    func catalogue() throws {
        let journalctl = try #require(Command.path(of: "journalctl"), "journalctl is missing: Debian package systemd")
        let root = try TemporaryDirectory()
        let programs = try standInPrograms()
        let install = try Command("\(repository)/scripts/install.sh", ["install", programs.path, root.path, "/usr"])
        #expect(install.status == 0, "\(install.output)")
        withExtendedLifetime(programs) {}
        try root.write("var/lib/systemd/catalog/.keep", "")
        let update = try Command(journalctl, ["--root=\(root.path)", "--update-catalog"])
        #expect(update.status == 0, "\(update.output)")
        let list = try Command(journalctl, ["--root=\(root.path)", "--list-catalog", "--no-pager"]).output
            .split(separator: "\n")
        let table = try text(of: "\(repository)/docs/events.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        withExtendedLifetime(root) {}
        #expect(table.count > 20)
        for line in table {
            // Named as what it is: of a line, `split` may as well make slices of characters, which print as arrays.
            let identifier: Substring = try #require(line.split(separator: "`").first { $0.count == 32 })
            #expect(list.contains { $0.hasPrefix("\(identifier) numawatch: ") }, "\(line)")
        }
    }

    @Test(
        "manual pages are shown without a complaint",
        .enabled(if: Command.path(of: "man") != nil, "man is missing: Debian package man-db"))
    func pages() throws {
        let root = try TemporaryDirectory()
        let programs = try standInPrograms()
        _ = try Command("\(repository)/scripts/install.sh", ["install", programs.path, root.path, "/usr"])
        for entry in try FileTable().entries where entry.place.contains("/man/") {
            let page = try Command(
                "/bin/sh",
                ["-c", "LC_ALL=C.UTF-8 man --warnings -l \"$0\" 2>&1 >/dev/null", "\(root.path)/\(entry.place)"])
            #expect(page.output == "", "\(entry.place)")
        }
    }

    /// What completes “numawatch gr” in a shell, with the shell's own file of an installation as its first word.
    private static let shells = [
        (
            "bash", "bash-completion/completions/numawatch",
            #". "$0"; COMP_WORDS=(numawatch gr) COMP_CWORD=1; _numawatch numawatch gr numawatch; echo "${COMPREPLY[@]}""#
        ),
        // Its completion needs a terminal: that the file is found as one, and can be read, is all that is asked.
        (
            "zsh", "zsh/vendor-completions/_numawatch",
            #"zsh -n "$0" && autoload -Uz compinit && compinit -u -D && fpath=("${0:h}" $fpath) && autoload +X -U _numawatch && "#
                + #"head -n 1 "$0" | grep -q "^#compdef numawatch" && echo groups"#
        ),
        ("fish", "fish/vendor_completions.d/numawatch.fish", #"source $argv[1]; complete -C "numawatch gr""#),
    ]

    @Test("the completions of three shells are understood by them, and complete a command", arguments: shells)
    func completions(_ shell: String, _ place: String, _ script: String) throws {
        let program = try #require(Command.path(of: shell), "\(shell) is missing: Debian package \(shell)")
        let root = try TemporaryDirectory()
        let programs = try standInPrograms()
        _ = try Command("\(repository)/scripts/install.sh", ["install", programs.path, root.path, "/usr"])
        let options = ["bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]][shell] ?? []
        let result = try Command(program, options + ["-c", script, "\(root.path)/usr/share/\(place)"])
        #expect(result.status == 0)
        // In bash the word alone, in others with what is said of it.
        #expect(result.output.prefix { $0.isLetter } == "groups", "\(result.output)")
        #expect(result.output.split(separator: "\n").count == 1, "\(result.output)")
    }

    /// In a mount namespace of its own, over layers that are thrown away: nothing of it reaches the host.
    private static let dpkgSteps = """
        set -eu
        layers=$1 package=$2 newer=$3
        mount -t tmpfs tmpfs "$layers"
        for directory in usr etc var; do
            mkdir "$layers/$directory" "$layers/work-$directory"
            mount -t overlay overlay \\
                -o "lowerdir=/$directory,upperdir=$layers/$directory,workdir=$layers/work-$directory" "/$directory"
        done
        mount -t tmpfs tmpfs /run
        export DEBIAN_FRONTEND=noninteractive
        put() { dpkg --force-depends --force-confdef --force-confold --install "$1" >&2; }
        put "$package"
        test -e /run/numawatch && echo "directory of the socket"
        getent passwd numawatch | cut -d : -f 1
        for unit in numawatch.socket numawatchd.service numawatch-iterator.service; do
            echo "$unit $(systemctl --root=/ is-enabled "$unit" 2>/dev/null)"
        done
        echo '[Log]' >>/etc/numawatch/numawatchd.conf
        echo '[Log]' >/etc/numawatch/numawatchd.conf.d/mine.conf
        mkdir -p /etc/systemd/system/numawatchd.service.d
        cp /usr/share/numawatch/tracing.conf /etc/systemd/system/numawatchd.service.d/
        mkdir /var/lib/numawatch
        echo remembered >/var/lib/numawatch/history.db
        chown -R numawatch:numawatch /var/lib/numawatch
        systemctl --root=/ disable numawatchd.service >&2
        put "$newer"
        tail -n 1 /etc/numawatch/numawatchd.conf
        systemctl --root=/ is-enabled numawatchd.service || true
        dpkg --remove numawatch >&2
        test -e /etc/numawatch/numawatchd.conf && echo "removed, configuration kept"
        cat /var/lib/numawatch/history.db
        test -e /usr/bin/numawatchd || echo "programs gone"
        dpkg --purge numawatch >&2
        echo "left:"
        find /etc /usr/bin /usr/lib /usr/share /var/lib /run -name '*numawatch*' ! -path '/var/lib/dpkg/info/*-dbgsym*' \\
            2>/dev/null | sort
        getent passwd numawatch || true
        getent group numawatch || true
        """

    @Test(
        "dpkg installs it, keeps what was changed over an upgrade, and purges it without a trace",
        .enabled(if: isRoot, "packages are installed by root"))
    func lifeCycle() throws {
        let package = try build()
        let scratch = try TemporaryDirectory()
        // The same with a newer version and a configuration that has changed.
        let newer = try Command(
            "/bin/sh",
            [
                "-euc",
                """
                dpkg-deb --raw-extract "$0" "$1/tree"
                sed -i 's/^Version: .*/&+newer/' "$1/tree/DEBIAN/control"
                echo '# newer' >>"$1/tree/etc/numawatch/numawatchd.conf"
                dpkg-deb --root-owner-group --build "$1/tree" "$1/newer.deb" >/dev/null
                mkdir "$1/layers"
                """, package.path, scratch.path,
            ])
        try #require(newer.status == 0, "\(newer.output)")
        let result = try Command(
            "/usr/bin/unshare",
            [
                "--mount", "/bin/sh", "-c", "(\(Self.dpkgSteps)\n) 2>\"$1.log\" || { cat \"$1.log\"; exit 1; }",
                "sh", "\(scratch.path)/layers", package.path, "\(scratch.path)/newer.deb",
            ])
        #expect(result.status == 0)
        #expect(
            result.output == """
                directory of the socket
                numawatch
                numawatch.socket enabled
                numawatchd.service enabled
                numawatch-iterator.service disabled
                [Log]
                disabled
                removed, configuration kept
                remembered
                programs gone
                left:

                """)
    }
}
