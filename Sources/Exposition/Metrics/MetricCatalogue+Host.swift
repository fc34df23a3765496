import Snapshots

extension MetricCatalogue {
    /// The build, the kernel, and the settings of automatic NUMA balancing.
    static func hostFamilies(version: String) -> [MetricFamily] {
        stateFamilies(version: version) + knobFamilies
    }

    private static func stateFamilies(version: String) -> [MetricFamily] {
        [
            MetricFamily(
                "numawatch_build_info", .info, "The version of numawatchd.", provenance: .reconstructed,
                labels: ["version"], from: .host { _, samples in samples.put(1, .text(version)) }),
            MetricFamily(
                "numawatch_kernel_info", .info, "The release of the running kernel.", labels: ["release"],
                from: .host { snapshot, samples in
                    if let release = snapshot.kernelRelease { samples.put(1, .text(release)) }
                }),
            MetricFamily(
                "numawatch_snapshots_total", .counter, "Rounds of sampling published since the daemon started.",
                provenance: .reconstructed, from: .host { snapshot, samples in samples.put(snapshot.sequence) }),
            MetricFamily(
                "numawatch_snapshot_timestamp_seconds", .gauge, unit: .seconds,
                "When the round these figures come from ended, seconds since 1970.", provenance: .reconstructed,
                from: .host { snapshot, samples in samples.put(nanoseconds: snapshot.wallClockNanoseconds) }),
            MetricFamily(
                "numawatch_processes", .gauge, "User processes seen in the last round.",
                from: .host { snapshot, samples in
                    if let count = snapshot.host.processCount { samples.put(count) }
                }),
            MetricFamily(
                "numawatch_threads", .gauge, "Threads of user processes seen in the last round.",
                from: .host { snapshot, samples in
                    if let count = snapshot.host.threadCount { samples.put(count) }
                }),
            MetricFamily(
                "numawatch_balancing_enabled", .gauge,
                "Whether kernel.numa_balancing has the bit: normal (1) and memory-tiering (2).", labels: ["mode"],
                from: .host { snapshot, samples in
                    guard let mode = snapshot.host.balancingMode else { return }
                    samples.put(mode & 1, "normal")
                    samples.put(mode >> 1 & 1, "memory-tiering")
                }),
        ]
    }

    private static let knobFamilies: [MetricFamily] = [
        knob(
            "numawatch_balancing_scan_delay_seconds", milliseconds: \.scanDelayMilliseconds,
            "Age of a task before its memory is scanned (scan_delay_ms)."),
        knob(
            "numawatch_balancing_scan_period_minimum_seconds", milliseconds: \.scanPeriodMinMilliseconds,
            "Shortest time to scan a task's memory once (scan_period_min_ms)."),
        knob(
            "numawatch_balancing_scan_period_maximum_seconds", milliseconds: \.scanPeriodMaxMilliseconds,
            "Longest time to scan a task's memory once (scan_period_max_ms)."),
        knob(
            "numawatch_balancing_scan_size_bytes", mebibytes: \.scanSizeMegabytes,
            "Memory made to fault by one scan (scan_size_mb)."),
        knob(
            "numawatch_balancing_hot_threshold_seconds", milliseconds: \.hotThresholdMilliseconds,
            "Pages that fault within this time of their scan are promoted (hot_threshold_ms)."),
        knob(
            "numawatch_balancing_promotion_limit_bytes", mebibytes: \.promoteRateLimitMegabytesPerSecond,
            "Most memory promoted in one second (numa_balancing_promote_rate_limit_MBps)."),
    ]

    private typealias Knob = any KeyPath<BalancingKnobs, UInt64?> & Sendable

    private static func knob(_ name: String, milliseconds value: Knob, _ help: String) -> MetricFamily {
        MetricFamily(
            name, .gauge, unit: .seconds, help,
            from: .host { snapshot, samples in
                guard let milliseconds = snapshot.host.knobs[keyPath: value] else { return }
                samples.put(Double(milliseconds) / 1000)
            })
    }

    private static func knob(_ name: String, mebibytes value: Knob, _ help: String) -> MetricFamily {
        MetricFamily(
            name, .gauge, unit: .bytes, help,
            from: .host { snapshot, samples in
                guard let mebibytes = snapshot.host.knobs[keyPath: value] else { return }
                let (bytes, overflow) = mebibytes.multipliedReportingOverflow(by: 1 << 20)
                samples.put(overflow ? .max : bytes)
            })
    }
}
