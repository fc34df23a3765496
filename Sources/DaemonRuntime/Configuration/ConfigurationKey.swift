/// One key of the configuration: what the parser, the shipped file and the manual need to know about it, in one place.
package struct ConfigurationKey: Sendable {
    /// When a changed value starts to count.
    package enum Effect: String, Sendable {
        /// At the next round after `systemctl reload`.
        case onReload = "on reload"
        /// Only when the daemon starts: the socket cannot be moved under its clients.
        case onRestart = "on restart"
    }

    package let section: String
    package let name: String
    package let typeName: String
    /// What a bare number means; empty where there is no unit.
    package let unit: String
    package let range: String
    /// The default, in the syntax of the file; empty for an empty list.
    package let defaultValue: String
    package let takesEffect: Effect
    /// What the key does and why the default is what it is: whole sentences.
    package let summary: String

    let assign: @Sendable (ConfigurationText, inout DaemonConfiguration) throws(ConfigurationValueProblem) -> Void
    let reset: @Sendable (inout DaemonConfiguration) -> Void
    /// Takes over the value of one configuration into another.
    let copy: @Sendable (_ from: DaemonConfiguration, _ to: inout DaemonConfiguration) -> Void
    /// The value a configuration holds, in the syntax of the file.
    package let render: @Sendable (DaemonConfiguration) -> String

    /// A key whose value lives at `path`. Its default is the one `DaemonConfiguration()` has: it is written down once.
    init<Value>(
        _ section: String, _ name: String, _ path: any WritableKeyPath<DaemonConfiguration, Value> & Sendable,
        _ form: ConfigurationForm<Value>, takesEffect: Effect = .onReload, _ summary: String
    ) {
        let initial = DaemonConfiguration()[keyPath: path]
        self.section = section
        self.name = name
        self.typeName = form.typeName
        self.unit = form.unit
        self.range = form.range
        self.defaultValue = form.write(initial)
        self.takesEffect = takesEffect
        self.summary = summary
        self.assign = { text, configuration throws(ConfigurationValueProblem) in
            let value = try form.read(text)
            configuration[keyPath: path] = form.merge(configuration[keyPath: path], value)
        }
        self.reset = { $0[keyPath: path] = initial }
        self.copy = { $1[keyPath: path] = $0[keyPath: path] }
        self.render = { form.write($0[keyPath: path]) }
    }
}
