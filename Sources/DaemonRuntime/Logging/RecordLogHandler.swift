package import Logging

/// Where records go.
protocol LogSink: Sendable {
    func write(_ record: LogRecord)
}

/// A swift-log handler that renders each message into a ``LogRecord`` and hands it to a sink.
package struct RecordLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?

    private let sink: any LogSink
    private let threshold: LogThresholdBox?

    /// - Parameters:
    ///   - threshold: A level that is changed while the daemon runs; `logLevel` then only bounds it from below.
    init(sink: any LogSink, level: Logger.Level = .info, threshold: LogThresholdBox? = nil) {
        self.sink = sink
        self.logLevel = threshold == nil ? level : .trace
        self.threshold = threshold
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        if let threshold, event.level < threshold.level { return }
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
        sink.write(LogRecord(event, metadata: merged))
    }
}
