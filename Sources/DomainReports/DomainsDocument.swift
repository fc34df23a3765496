package import NUMATopology
package import SchedDomains
package import TextOutput

/// The domains of a host as JSON: `numawatch domains --format json`, `/v1/domains`.
package struct DomainsDocument {
    private let report: DomainReport
    private let input: DomainsInput
    private let cpus: CPUSet?
    private let statistics: BalanceStatistics?
    /// The CPUs that do the kernel's own work; absent: not known.
    package var housekeeping: CPUSet?

    /// - Parameters:
    ///   - cpus: The CPUs to list; absent: all online ones.
    ///   - statistics: Rates of load balancing, if measured.
    package init(
        _ report: DomainReport, input: DomainsInput, cpus: CPUSet? = nil, statistics: BalanceStatistics? = nil
    ) {
        self.report = report
        self.input = input
        self.cpus = cpus
        self.statistics = statistics
    }

    /// Writes the document as one value.
    package func write(into json: inout JSONWriter) {
        let hierarchy = report.hierarchy
        json.object { json in
            // Rules of a version that was assumed say nothing of the kernel.
            json.member(
                input.guesses.contains(.kernel) ? "assumed_kernel" : "kernel", hierarchy.kernel.description)
            json.member("architecture", input.architecture.text)
            json.member("cpus_online", hierarchy.online.listText)
            json.member(ifPresent: "cpus_housekeeping", housekeeping?.listText)
            json.member(ifPresent: "topology_type", hierarchy.topologyType?.rawValue)
            json.member("spans_checked", report.isSpanChecked)
            json.member("flags_checked", report.isFlagChecked)
            json.member(ifPresent: "inferred", report.inferred)
            json.member(notes: input.notes)
            json.array("partitions") { json in
                for partition in hierarchy.partitions {
                    json.object { json in
                        json.member("cpus", hierarchy.spans[partition.span].listText)
                        json.member(ifPresent: "failure", partition.failure)
                    }
                }
            }
            json.array("cpus") { json in
                for cpu in hierarchy.online where cpus?.contains(cpu) ?? true {
                    write(cpu, &json)
                }
            }
            json.array("disagreements") { json in
                for disagreement in report.disagreements {
                    Self.write(disagreement, &json)
                }
            }
            if let statistics {
                write(statistics, &json)
            }
        }
    }

    private func write(_ cpu: Int, _ json: inout JSONWriter) {
        let hierarchy = report.hierarchy
        json.object { json in
            json.member("cpu", cpu)
            let landmarks = hierarchy.landmarks(of: cpu)
            json.member("llc_id", landmarks.lastLevelCacheID)
            json.member("llc_cpus", landmarks.lastLevelCacheCPUs)
            json.array("domains") { json in
                for domain in hierarchy.domains(of: cpu) {
                    write(domain, &json)
                }
            }
        }
    }

    private func write(_ domain: Domain, _ json: inout JSONWriter) {
        let hierarchy = report.hierarchy
        let pattern = domain.pattern
        json.object { json in
            json.member("index", domain.index)
            json.member(ifPresent: "name", pattern.name)
            json.member(ifPresent: "level", pattern.levelNumber)
            json.member("span", hierarchy.spans[pattern.span].listText)
            json.member(ifPresent: "distance", pattern.distance)
            names(pattern.flags, "flags", &json)
            names(pattern.groupsFlags, "groups_flags", &json)
            if let parameters = pattern.parameters {
                json.member("min_interval_ms", parameters.minIntervalMilliseconds)
                json.member("max_interval_ms", parameters.maxIntervalMilliseconds)
                json.member("busy_factor", parameters.busyFactor)
                json.member("imbalance_pct", parameters.imbalancePercent)
                json.member("cache_nice_tries", parameters.cacheNiceTries)
            }
            json.member(ifPresent: "imb_numa_nr", pattern.imbalanceNUMATasks)
            json.array("groups") { json in
                for group in hierarchy.groups(of: domain) {
                    json.object { json in
                        json.member("id", group.id)
                        json.member("span", hierarchy.spans[group.span].listText)
                        json.member("balance_mask", hierarchy.spans[group.balanceMask].listText)
                        names(group.flags, "flags", &json)
                        json.member("nominal_capacity", group.nominalCapacity)
                    }
                }
            }
            json.object("source") { json in
                let origins = pattern.origins
                json.member("span", origins.span.text)
                json.member("name", origins.name.text)
                json.member("level", origins.levelNumber.text)
                json.member("flags", origins.flags.text)
                json.member("groups_flags", origins.groupsFlags.text)
                json.member("parameters", origins.parameters.text)
                json.member("groups", origins.groups.text)
            }
        }
    }

    private func names(_ flags: FlagNames, _ key: String, _ json: inout JSONWriter) {
        json.array(key) { json in
            for name in flags.flags.names(on: report.hierarchy.kernel) + flags.unknown {
                json.value(name)
            }
        }
    }

    private static func write(_ disagreement: DomainDisagreement, _ json: inout JSONWriter) {
        json.object { json in
            json.member("check", disagreement.check.rawValue)
            json.member("cpus", disagreement.cpus.listText)
            json.member(ifPresent: "index", disagreement.index)
            json.member("expected", disagreement.expected)
            json.member("observed", disagreement.observed)
            json.member("likely", disagreement.likely.rawValue)
        }
    }

    // MARK: Statistics

    private func write(_ statistics: BalanceStatistics, _ json: inout JSONWriter) {
        json.object("balancing") { json in
            json.member("rebuilt_domains", statistics.rebuiltDomainCount)
            json.array("levels") { json in
                for level in statistics.levels {
                    json.object { Self.write(level, &$0) }
                }
            }
            if !statistics.domains.isEmpty {
                json.array("domains") { json in
                    for domain in statistics.domains {
                        json.object { json in
                            json.member("cpu", domain.cpu)
                            json.member("index", domain.index)
                            Self.write(domain.rates, &json)
                        }
                    }
                }
            }
        }
    }

    private static func write(_ level: BalanceStatistics.Level, _ json: inout JSONWriter) {
        json.member("name", level.name)
        json.member(ifPresent: "distance", level.distance)
        json.member("cpu_count", level.cpuCount)
        for (name, rates) in [("busy", level.busy), ("idle", level.idle), ("newly_idle", level.newlyIdle)] {
            json.object(name) { json in
                json.member("attempts_per_second", rates.attemptsPerSecond)
                json.member("balanced_per_second", rates.balancedPerSecond)
                json.member("failed_per_second", rates.failedPerSecond)
                json.member("imbalance_load_per_second", rates.imbalanceLoadPerSecond)
                json.member("pulled_per_second", rates.pulledPerSecond)
                json.member("pulled_hot_per_second", rates.pulledHotPerSecond)
                json.member("no_busy_queue_per_second", rates.noBusyQueuePerSecond)
                json.member("no_busy_group_per_second", rates.noBusyGroupPerSecond)
            }
        }
        json.member("active_attempts_per_second", level.activeAttemptsPerSecond)
        json.member("active_failed_per_second", level.activeFailedPerSecond)
        json.member("active_pushed_per_second", level.activePushedPerSecond)
        json.member("remote_wakeups_per_second", level.remoteWakeupsPerSecond)
        json.member("affine_moves_per_second", level.affineMovesPerSecond)
        json.member("balance_moves_per_second", level.balanceMovesPerSecond)
    }
}
