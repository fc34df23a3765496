extension ConfigurationTable {
    /// The text of `config/numawatchd.conf`: every key with its description, commented out, at its default.
    package static var shippedFile: String {
        var text = """
            # Configuration of numawatchd.
            #
            # This file shows every key at its default, commented out. To change one, put it into a drop-in such as
            # /etc/numawatch/numawatchd.conf.d/50-local.conf and run "systemctl reload numawatchd"; or remove the # here.
            # Later files and later lines win; an empty assignment puts a key back to its default. A key or value that is
            # not understood is refused: at start the daemon exits, at reload the running configuration stays, and the
            # journal names file, line and column. "numawatchd --check-config" does the same without starting anything.
            #
            # Time spans: ns us ms s min h d (a bare number is seconds). Sizes: K M G T to base 1024.

            """
        for section in sectionNames {
            text += "\n[\(section)]\n"
            for key in keys where key.section == section {
                text += "\n# \(key.name)=  \(key.characteristics)\n"
                for line in wrapped(key.summary, columns: 108) { text += "# \(line)\n" }
                text += "#\(key.name)=\(key.defaultValue)\n"
            }
        }
        return text
    }

    /// Where the configuration is read from and what it looks like: paragraphs in Markdown, an empty line between them.
    private static let rules = """
        `numawatchd` reads the first `numawatchd.conf` of `/etc/numawatch`, `/run/numawatch`, `/usr/local/lib/numawatch`
        and `/usr/lib/numawatch`, then every `numawatchd.conf.d/*.conf` of these directories sorted by name; of two with
        the same name the one in the directory named first counts. The syntax is systemd's: `[Section]`, `Key=value`,
        `#` and `;` comments, a backslash continues a line. Later assignments win, an empty one restores the default.

        Unknown sections and keys, values that are not understood and values out of range are refused with file, line
        and column. At start the daemon then exits with status 78; at reload the running configuration stays.
        What is no regular file is refused too; only `/dev/null`, or a link to it, is an empty file by custom, and as a
        drop-in switches off the one it hides. `numawatchd --check-config` checks and exits. `systemctl reload numawatchd`
        applies changes.
        """

    /// The same, a paragraph each, without marks.
    package static var plainRules: [String] {
        rules.split(separator: "\n\n").map { String($0).replacing("\n", with: " ").replacing("`", with: "") }
    }

    /// The same table as a Markdown document, `config/README.md`.
    package static var manual: String {
        var text = """
            # Configuration of numawatchd

            \(rules)

            This page is generated: `numawatchd --print-config=manual`. `numawatchd.conf` is `--print-config=file`.

            """
        for section in sectionNames {
            text += "\n## [\(section)]\n\n"
            text += "| key | type | range | default | applies | effect |\n|---|---|---|---|---|---|\n"
            for key in keys where key.section == section {
                let type = key.unit.isEmpty ? key.typeName : "\(key.typeName) (\(key.unit))"
                let initial = key.defaultValue.isEmpty ? "(empty)" : "`\(key.defaultValue)`"
                text +=
                    "| `\(key.name)=` | \(type) | \(key.range) | \(initial) | \(key.takesEffect.rawValue) | "
                    + key.summary.replacing("|", with: "\\|") + " |\n"
            }
        }
        return text
    }

    /// A configuration as a file that would produce it: only what differs from the defaults, or everything.
    package static func file(of configuration: DaemonConfiguration, onlyChanged: Bool) -> String {
        let initial = DaemonConfiguration()
        var text = ""
        for section in sectionNames {
            let lines = keys.filter { $0.section == section }.compactMap { key -> String? in
                let value = key.render(configuration)
                return onlyChanged && value == key.render(initial) ? nil : "\(key.name)=\(value)\n"
            }
            if !lines.isEmpty { text += (text.isEmpty ? "" : "\n") + "[\(section)]\n" + lines.joined() }
        }
        return text
    }

    private static func wrapped(_ text: String, columns: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + word.count + 1 > columns {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}

extension ConfigurationKey {
    /// Type, range, default and when it takes effect, for the line above the description.
    fileprivate var characteristics: String {
        let type = unit.isEmpty ? typeName : "\(typeName) (\(unit))"
        let initial = defaultValue.isEmpty ? "empty" : defaultValue
        return "\(type); \(range); default \(initial); applies \(takesEffect.rawValue)"
    }
}
