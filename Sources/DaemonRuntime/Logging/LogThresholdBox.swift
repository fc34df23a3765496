import Logging
import Synchronization

/// The level below which nothing is logged, shared by every logger of the process so that a reload reaches them all.
package final class LogThresholdBox: Sendable {
    private let value: Mutex<DaemonConfiguration.LogThreshold>

    package init(_ level: DaemonConfiguration.LogThreshold) {
        value = Mutex(level)
    }

    package func set(_ level: DaemonConfiguration.LogThreshold) {
        value.withLock { $0 = level }
    }

    var level: Logger.Level {
        switch value.withLock({ $0 }) {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
