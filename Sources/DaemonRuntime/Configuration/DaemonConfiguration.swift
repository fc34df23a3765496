/// Everything an administrator can set, as plain values. What each one means and why its default is what it is stands
/// in ``ConfigurationTable``.
package struct DaemonConfiguration: Sendable, Equatable {
    package struct Sampling: Sendable, Equatable {
        package var hostInterval: Duration = .seconds(5)
        package var ledgerInterval: Duration = .seconds(5)
        package var followInterval: Duration = .milliseconds(500)
        package var placementInterval: Duration = .seconds(120)
        /// Percent of one CPU.
        package var cpuLimitPercent: Double = 1
        package var maximumThreadsPerRound: Int = 2_000
    }

    package struct Placement: Sendable, Equatable {
        package var maximumHold: Duration = .milliseconds(1)
        package var readBufferBytes: Int = 512
        package var samplePages: Int = 1_024
        package var minimumRSSBytes: Int = 0
        package var includedUnits: [String] = []
        package var excludedUnits: [String] = []
    }

    package struct Server: Sendable, Equatable {
        package var socketPath: String = "/run/numawatch/numawatch.sock"
        package var socketGroup: String = "numawatch"
        package var socketMode: UInt32 = 0o660
        package var maximumConnections: Int = 256
        package var requestTimeout: Duration = .seconds(10)
        package var maximumSeries: Int = 10_000
        package var othersMayRead: Bool = false
    }

    package struct Metrics: Sendable, Equatable {
        /// Where `/metrics` is served by TCP; empty: nowhere.
        package var listenLoopback: String = ""
    }

    package struct Domains: Sendable, Equatable {
        package var interval: Duration = .seconds(60)
    }

    package struct Verdict: Sendable, Equatable {
        package var window: Duration = .seconds(600)
    }

    package struct Tracing: Sendable, Equatable {
        package var isEnabled: Bool = false
        package var processes: [Int] = []
        package var units: [String] = []
        package var bufferBytes: Int = 4 << 20
        package var wakeUpPercent: Int = 10
        package var maximumEventRate: Int = 200_000
        package var maximumLag: Duration = .seconds(10)
        package var maximumWaitingEvents: Int = 131_072
    }

    package struct History: Sendable, Equatable {
        package var isEnabled: Bool = true
        /// Empty: where `$STATE_DIRECTORY` says.
        package var directory: String = ""
        package var roundAge: Duration = .seconds(86_400)
        package var minuteAge: Duration = .seconds(30 * 86_400)
        package var sizeBytes: Int = 256 << 20
        package var maximumGroups: Int = 500
    }

    package struct Log: Sendable, Equatable {
        package var level: LogThreshold = .info
    }

    /// The least important message that is still logged; syslog's names.
    package enum LogThreshold: String, CaseIterable, Sendable {
        case debug, info, notice, warning, error
    }

    package var sampling = Sampling()
    package var placement = Placement()
    package var server = Server()
    package var metrics = Metrics()
    package var domains = Domains()
    package var verdict = Verdict()
    package var tracing = Tracing()
    package var history = History()
    package var log = Log()

    /// Every key at its default.
    package init() {}
}

extension DaemonConfiguration {
    /// Values that are each acceptable but contradict one another.
    struct Contradiction {
        /// One sentence, with the remedy.
        var message: String
        /// The keys whose values these are, all of one section.
        var section: String
        var keys: [String]
    }

    /// Rules between keys that no single key can check.
    var contradictions: [Contradiction] {
        var found: [Contradiction] = []
        if sampling.placementInterval < sampling.ledgerInterval {
            let placement = ConfigurationQuantity.write(sampling.placementInterval)
            let ledger = ConfigurationQuantity.write(sampling.ledgerInterval)
            found.append(
                Contradiction(
                    message:
                        "[Sampling] PlacementInterval=\(placement) is shorter than LedgerInterval=\(ledger), but reading "
                        + "placement costs the watched processes far more; raise PlacementInterval= or lower LedgerInterval=",
                    section: "Sampling", keys: ["PlacementInterval", "LedgerInterval"]))
        }
        if history.minuteAge < history.roundAge {
            found.append(
                Contradiction(
                    message:
                        "[History] MinuteAge=\(ConfigurationQuantity.write(history.minuteAge)) is shorter than RoundAge="
                        + "\(ConfigurationQuantity.write(history.roundAge)), but minutes are what is left of rounds; raise "
                        + "MinuteAge= or lower RoundAge=",
                    section: "History", keys: ["MinuteAge", "RoundAge"]))
        }
        return found
    }

    /// The keys whose values differ between this configuration and another, in the table's order.
    package func changedKeys(to other: Self) -> [ConfigurationKey] {
        ConfigurationTable.keys.filter { $0.render(self) != $0.render(other) }
    }
}
