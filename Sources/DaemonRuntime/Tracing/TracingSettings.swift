import Insight
import Sampling
import Tracing

/// What the configuration says of tracing, as the session and the tracer want it.
struct TracingSettings: Sendable, Equatable {
    var isEnabled = false
    var session = TraceSessionConfiguration()
    var choice = TracingScope.Choice()
    var model = LiveSettings()
    var shedder = LoadShedder.Settings()

    init() {}

    var tracer: LiveTracer.Settings {
        var settings = LiveTracer.Settings()
        settings.choice = choice
        settings.model = model
        settings.shedder = shedder
        settings.bufferBytesPerCPU = session.bufferBytesPerCPU
        return settings
    }
}

extension DaemonConfiguration {
    /// How to trace.
    var tracingSettings: TracingSettings {
        var settings = TracingSettings()
        settings.isEnabled = tracing.isEnabled
        settings.session.bufferBytesPerCPU = tracing.bufferBytes
        settings.session.wakeUpPercent = tracing.wakeUpPercent
        settings.choice.processes = Set(tracing.processes.map { Int32(clamping: $0) })
        settings.choice.units = tracing.units
        settings.shedder.maximumEventsPerSecond = Double(tracing.maximumEventRate)
        settings.model.maximumLagNanoseconds = tracing.maximumLag.wholeNanoseconds
        settings.model.maximumEvents = tracing.maximumWaitingEvents
        return settings
    }
}
