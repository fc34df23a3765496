import KernelText
package import LinuxSystem
package import Snapshots

/// The switches of automatic NUMA balancing: mode and scanner settings.
package struct BalancingControls: Sendable, Equatable {
    /// `kernel.numa_balancing`: 0 off, bit 0 normal, bit 1 memory tiering.
    package var mode: Int?
    package var knobs = BalancingKnobs()
    /// Where the scanner settings were read, without their names; absent where none could be read.
    package var settingsPlace: String?
    /// What could not be read: one entry for the mode, one for each setting that is at neither of its places.
    package var failures: [SourceFailure] = []

    package init() {}

    package static let modePath = "/proc/sys/kernel/numa_balancing"
    package static let promoteRatePath = "/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps"
    /// Since 5.13, readable by root.
    package static let debugDirectory = "/sys/kernel/debug/sched/numa_balancing"
    /// Before 5.13, followed by the setting's name.
    package static let oldPrefix = "/proc/sys/kernel/numa_balancing_"

    /// Whether a setting was refused, by lockdown or for want of permission.
    package var isRefused: Bool {
        failures.contains { failure in
            guard case .unreadable(let read) = failure else { return false }
            return read.kind == .permission && read.path != Self.modePath
        }
    }

    /// Reads them. The old sysctls are looked for only where debugfs has none.
    ///
    /// - Parameter withSettings: false reads the mode alone.
    package static func read(
        from root: any HostRoot, buffer: inout [UInt8], withSettings: Bool = true
    ) -> BalancingControls {
        var controls = BalancingControls()
        do throws(SourceFailure) {
            controls.mode = try root.parse(modePath, into: &buffer) { bytes throws(KernelTextError) in
                let mode = try ScalarFile.unsigned(bytes, file: .numaBalancingKnob, field: "numa_balancing")
                guard mode <= UInt64(Int32.max) else {
                    throw KernelTextError(.numaBalancingKnob, "numa_balancing", at: 0, .outOfRange)
                }
                return Int(mode)
            }
        } catch {
            controls.failures.append(error)
        }
        guard withSettings else { return controls }
        let settings: [(String, WritableKeyPath<BalancingKnobs, UInt64?>)] = [
            ("scan_delay_ms", \.scanDelayMilliseconds), ("scan_period_min_ms", \.scanPeriodMinMilliseconds),
            ("scan_period_max_ms", \.scanPeriodMaxMilliseconds), ("scan_size_mb", \.scanSizeMegabytes),
        ]
        for (name, field) in settings {
            controls.knobs[keyPath: field] = controls.setting(
                name, ["\(debugDirectory)/", oldPrefix], root, &buffer)
        }
        // Since 6.1: missing on an older kernel is no failure worth telling.
        controls.knobs.hotThresholdMilliseconds = try? value("\(debugDirectory)/hot_threshold_ms", root, &buffer)
        controls.knobs.promoteRateLimitMegabytesPerSecond = try? value(promoteRatePath, root, &buffer)
        return controls
    }

    private mutating func setting(
        _ name: String, _ places: [String], _ root: any HostRoot, _ buffer: inout [UInt8]
    ) -> UInt64? {
        var first: SourceFailure?
        for place in places {
            do throws(SourceFailure) {
                let value = try Self.value(place + name, root, &buffer)
                settingsPlace = settingsPlace ?? place
                return value
            } catch {
                first = first ?? error
            }
        }
        if let first { failures.append(first) }
        return nil
    }

    private static func value(
        _ path: String, _ root: any HostRoot, _ buffer: inout [UInt8]
    ) throws(SourceFailure) -> UInt64 {
        try root.parse(path, into: &buffer) { bytes throws(KernelTextError) in
            try ScalarFile.unsigned(bytes, file: .numaBalancingKnob, field: "value")
        }
    }
}
