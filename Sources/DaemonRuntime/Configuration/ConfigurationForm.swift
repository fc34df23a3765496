import LinuxSystem

/// The form a configuration value takes: how it is described, read and written.
///
/// `read` and `write` are inverses: reading what `write` produced gives the same value.
package struct ConfigurationForm<Value: Sendable & Equatable>: Sendable {
    /// What kind of value it is, as the shipped file names it: "time span", "size".
    var typeName: String
    /// What a bare number means; empty where there is no unit.
    var unit: String
    /// The values allowed, in the syntax of the file.
    var range: String
    var read: @Sendable (ConfigurationText) throws(ConfigurationValueProblem) -> Value
    var write: @Sendable (Value) -> String
    /// What a second assignment does with the value of the first. Lists grow; everything else is replaced.
    var merge: @Sendable (_ old: Value, _ new: Value) -> Value = { _, new in new }
}

extension ConfigurationForm where Value == Duration {
    /// A time span in systemd's units: `10ms`, `5s`, `1min 30s`; a bare number is seconds.
    static func timeSpan(_ range: ClosedRange<Duration>) -> Self {
        let allowed =
            "\(ConfigurationQuantity.write(range.lowerBound)) to \(ConfigurationQuantity.write(range.upperBound))"
        return Self(
            typeName: "time span", unit: "seconds", range: allowed,
            read: { text throws(ConfigurationValueProblem) in
                let value = try ConfigurationQuantity.timeSpan(text)
                guard range.contains(value) else { throw ConfigurationValueProblem(.outOfRange(allowed: allowed)) }
                return value
            },
            write: { ConfigurationQuantity.write($0) })
    }
}

extension ConfigurationForm where Value == Int {
    /// A whole number.
    static func count(_ range: ClosedRange<Int>) -> Self {
        let allowed = "\(range.lowerBound) to \(range.upperBound)"
        return Self(
            typeName: "count", unit: "", range: allowed,
            read: { text throws(ConfigurationValueProblem) in
                let value = try ConfigurationQuantity.count(text)
                guard range.contains(value) else { throw ConfigurationValueProblem(.outOfRange(allowed: allowed)) }
                return value
            },
            write: { String($0) })
    }

    /// A number of bytes with the suffixes K, M, G, T to base 1024.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let allowed =
            "\(ConfigurationQuantity.write(bytes: range.lowerBound)) to "
            + ConfigurationQuantity.write(bytes: range.upperBound)
        return Self(
            typeName: "size", unit: "bytes", range: allowed,
            read: { text throws(ConfigurationValueProblem) in
                let value = try ConfigurationQuantity.size(text)
                guard range.contains(value) else { throw ConfigurationValueProblem(.outOfRange(allowed: allowed)) }
                return value
            },
            write: { ConfigurationQuantity.write(bytes: $0) })
    }
}

extension ConfigurationForm where Value == UInt32 {
    /// The permission bits of a file in octal: `0660`.
    static func fileMode(required: UInt32, allowed mask: UInt32) -> Self {
        @Sendable func octal(_ value: UInt32) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        let allowed = "\(octal(required)) to \(octal(mask)), with the bits of \(octal(required)) set"
        return Self(
            typeName: "file mode", unit: "octal", range: allowed,
            read: { text throws(ConfigurationValueProblem) in
                let digits = text.string
                guard (3...5).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
                    let mode = UInt32(digits, radix: 8)
                else { throw ConfigurationValueProblem(.malformed(expected: "an octal file mode such as 0660")) }
                guard mode & ~mask == 0, mode & required == required else {
                    throw ConfigurationValueProblem(.outOfRange(allowed: allowed))
                }
                return mode
            },
            write: { octal($0) })
    }
}

extension ConfigurationForm where Value == Double {
    /// A percentage: `1%`, `0.5%`.
    static func percentage(_ range: ClosedRange<Double>) -> Self {
        let allowed =
            "\(ConfigurationQuantity.write(percent: range.lowerBound)) to "
            + ConfigurationQuantity.write(percent: range.upperBound)
        return Self(
            typeName: "percentage", unit: "%", range: allowed,
            read: { text throws(ConfigurationValueProblem) in
                let value = try ConfigurationQuantity.percentage(text)
                guard range.contains(value) else { throw ConfigurationValueProblem(.outOfRange(allowed: allowed)) }
                return value
            },
            write: { ConfigurationQuantity.write(percent: $0) })
    }
}

extension ConfigurationForm where Value == Bool {
    /// `yes` or `no`, in all the spellings systemd takes.
    static var boolean: Self {
        Self(
            typeName: "boolean", unit: "", range: "yes, no",
            read: { text throws(ConfigurationValueProblem) in
                switch text.string.lowercased() {
                case "yes", "y", "true", "t", "on", "1": return true
                case "no", "n", "false", "f", "off", "0": return false
                default: throw ConfigurationValueProblem(.malformed(expected: "yes or no"))
                }
            },
            write: { $0 ? "yes" : "no" })
    }
}

extension ConfigurationForm where Value == String {
    /// An absolute path no longer than a socket address holds (107 bytes and a NUL, `sun_path` of unix(7)).
    static var socketPath: Self {
        Self(
            typeName: "path", unit: "", range: "an absolute path of at most 107 bytes",
            read: { text throws(ConfigurationValueProblem) in
                let path = text.string
                guard path.hasPrefix("/"), !path.hasSuffix("/") else {
                    throw ConfigurationValueProblem(
                        .malformed(expected: "an absolute path such as /run/numawatch/numawatch.sock"))
                }
                guard path.utf8.count <= 107 else {
                    throw ConfigurationValueProblem(.outOfRange(allowed: "a socket's path has at most 107 bytes"))
                }
                return path
            },
            write: { $0 })
    }

    /// An absolute path of a directory; empty for none.
    static var directoryPath: Self {
        Self(
            typeName: "path", unit: "", range: "an absolute path, or empty",
            read: { text throws(ConfigurationValueProblem) in
                let path = text.string
                guard path.isEmpty || path.hasPrefix("/") && path.utf8.count < 4000 else {
                    throw ConfigurationValueProblem(
                        .malformed(expected: "an absolute path such as /var/lib/numawatch"))
                }
                return path
            },
            write: { $0 })
    }

    /// A port on the loopback address, in full: `127.0.0.1:9786`.
    static var loopbackAddress: Self {
        let range = "a port from 1 to 65535, 127.0.0.1:PORT or [::1]:PORT"
        return Self(
            typeName: "address", unit: "", range: range,
            read: { text throws(ConfigurationValueProblem) in
                guard let address = LoopbackAddress(text.string) else {
                    throw ConfigurationValueProblem(.malformed(expected: range))
                }
                return address.description
            },
            write: { $0 })
    }

    /// The name of a user or group, in the form useradd(8) accepts.
    static var accountName: Self {
        Self(
            typeName: "name", unit: "", range: "a group name of at most 32 characters",
            read: { text throws(ConfigurationValueProblem) in
                for (offset, scalar) in text.scalars.enumerated() {
                    let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
                    let isLater = ("0"..."9").contains(scalar) || scalar == "-" || scalar == "."
                    guard isLetter || (isLater && offset > 0), offset < 32 else {
                        throw ConfigurationValueProblem(
                            .malformed(expected: "a group name: letters, digits, - and _, such as numawatch"),
                            at: offset)
                    }
                }
                return text.string
            },
            write: { $0 })
    }
}

extension ConfigurationForm where Value == [String] {
    /// Shell patterns for names, separated by white space; a further assignment adds to the list.
    static var patterns: Self {
        Self(
            typeName: "list of patterns", unit: "", range: "patterns with * and ?, separated by spaces",
            read: { text throws(ConfigurationValueProblem) in
                var patterns: [String] = []
                for (offset, word) in text.words() {
                    // The longest name is a path.
                    guard word.utf8.count < 4096 else {
                        throw ConfigurationValueProblem(
                            .malformed(expected: "unit names or patterns such as postgresql@*.service"), at: offset)
                    }
                    patterns.append(word)
                }
                return patterns
            },
            write: { $0.joined(separator: " ") },
            merge: { old, new in old + new.filter { !old.contains($0) } })
    }
}

extension ConfigurationForm where Value == [Int] {
    /// Process ids, separated by white space; a further assignment adds to the list.
    static var processIDs: Self {
        Self(
            typeName: "list of process ids", unit: "", range: "numbers from 1 to 4194304, separated by spaces",
            read: { text throws(ConfigurationValueProblem) in
                var processes: [Int] = []
                for (offset, word) in text.words() {
                    guard let number = Int(word), word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                        throw ConfigurationValueProblem(.malformed(expected: "process ids such as 4242"), at: offset)
                    }
                    // PID_MAX_LIMIT
                    guard (1...4_194_304).contains(number) else {
                        throw ConfigurationValueProblem(.outOfRange(allowed: "1 to 4194304"), at: offset)
                    }
                    processes.append(number)
                }
                return processes
            },
            write: { $0.map(String.init).joined(separator: " ") },
            merge: { old, new in old + new.filter { !old.contains($0) } })
    }
}

extension ConfigurationForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One word out of a fixed set.
    static var choice: Self {
        let choices = Value.allCases.map(\.rawValue)
        return Self(
            typeName: "choice", unit: "", range: choices.joined(separator: ", "),
            read: { text throws(ConfigurationValueProblem) in
                let word = text.string.lowercased()
                guard let value = Value(rawValue: word) else {
                    throw ConfigurationValueProblem(
                        .notAChoice(choices: choices, suggestion: NearestName.of(word, among: choices)))
                }
                return value
            },
            write: { $0.rawValue })
    }
}
