/// The bytes of one configuration file.
package struct ConfigurationSource: Sendable {
    /// As problems name it.
    package var file: String
    package var bytes: [UInt8]

    package init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }
}

/// Turns configuration files into a ``DaemonConfiguration``, or into the list of everything wrong with them.
package enum ConfigurationLoader {
    /// A configuration file is a few kilobytes; a log or an image is larger than this.
    package static let maximumFileBytes = 256 * 1024

    /// Applies the files in order over the defaults: a later assignment wins, lists grow, and an empty assignment puts
    /// the key back to its default.
    ///
    /// - Throws: every problem of every file, not just the first.
    package static func load(_ sources: [ConfigurationSource]) throws(ConfigurationError) -> DaemonConfiguration {
        var configuration = DaemonConfiguration()
        var problems: [ConfigurationProblem] = []
        var places: [Place] = []
        for source in sources { apply(source, to: &configuration, places: &places, problems: &problems) }
        // A contradiction between values that are not in force anyway would only distract from the cause.
        if problems.isEmpty {
            problems = configuration.contradictions.map { contradiction in
                // What was assigned last broke the rule; the defaults keep it.
                let place = places.last { $0.section == contradiction.section && contradiction.keys.contains($0.key) }
                return ConfigurationProblem(
                    file: place?.file ?? ConfigurationSearch.mainFileName, position: place?.position,
                    kind: .contradiction(contradiction.message))
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return configuration
    }

    /// Where a key was assigned.
    private struct Place {
        var section: String
        var key: String
        var file: String
        var position: ConfigurationPosition
    }

    private static func apply(
        _ source: ConfigurationSource, to configuration: inout DaemonConfiguration, places: inout [Place],
        problems: inout [ConfigurationProblem]
    ) {
        guard source.bytes.count <= maximumFileBytes else {
            problems.append(
                ConfigurationProblem(
                    file: source.file, position: nil, kind: .tooLarge(limitBytes: maximumFileBytes)))
            return
        }
        let syntax = ConfigurationSyntax(file: source.file, bytes: source.bytes)
        var found = syntax.problems
        for statement in syntax.statements {
            do throws(Located) {
                switch statement {
                case .heading(let heading): try check(heading)
                case .assignment(let assignment):
                    try apply(assignment, to: &configuration)
                    places.append(
                        Place(
                            section: assignment.section, key: assignment.key, file: source.file,
                            position: assignment.value.position(at: 0)))
                }
            } catch {
                found.append(ConfigurationProblem(file: source.file, position: error.position, kind: error.kind))
            }
        }
        // The syntax is read first, the values second; the administrator wants them from top to bottom.
        problems += found.sorted {
            ($0.position ?? ConfigurationPosition(line: 0, column: 0))
                < ($1.position ?? ConfigurationPosition(line: 0, column: 0))
        }
    }

    private struct Located: Error {
        var kind: ConfigurationProblem.Kind
        var position: ConfigurationPosition
    }

    private static func check(_ heading: ConfigurationSyntax.Heading) throws(Located) {
        guard ConfigurationTable.sectionNames.contains(heading.name) else {
            throw Located(
                kind: .unknownSection(
                    name: heading.name,
                    suggestion: NearestName.of(heading.name, among: ConfigurationTable.sectionNames)),
                position: heading.position)
        }
    }

    private static func apply(
        _ assignment: ConfigurationSyntax.Assignment, to configuration: inout DaemonConfiguration
    ) throws(Located) {
        // An unknown section has been reported at its heading.
        guard ConfigurationTable.sectionNames.contains(assignment.section) else { return }
        guard let key = ConfigurationTable.key(section: assignment.section, name: assignment.key) else {
            let elsewhere = ConfigurationTable.keys.first { $0.name == assignment.key }?.section
            throw Located(
                kind: .unknownKey(
                    section: assignment.section, key: assignment.key,
                    suggestion: NearestName.of(
                        assignment.key, among: ConfigurationTable.names(in: assignment.section)),
                    otherSection: elsewhere),
                position: assignment.keyPosition)
        }
        guard !assignment.value.isEmpty else {
            key.reset(&configuration)
            return
        }
        do throws(ConfigurationValueProblem) {
            try key.assign(assignment.value, &configuration)
        } catch {
            throw Located(
                kind: .badValue(key: key.name, value: assignment.value.string, problem: error.kind),
                position: assignment.value.position(at: error.offset))
        }
    }
}
