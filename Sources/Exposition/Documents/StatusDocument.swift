import DomainReports
import NUMATopology
import Snapshots
import TextOutput

/// `/v1/status`: the host in one document.
enum StatusDocument {
    static let schema = Schema.object(
        RoundHeader.fields + [
            .required("version", .string, "The version of numawatchd."),
            .optional("kernel_release", .string, "The running kernel."),
            .optional("host_name", .string, "The host."),
            .optional("online_nodes", .nodeNumbers, "The NUMA nodes that are online; absent where nothing tells them."),
            .notes,
            .optional("process_count", .integer, "User processes."),
            .optional("thread_count", .integer, "Their threads."),
            .required(
                "balancing",
                .object([
                    .provenance,
                    .optional("mode", .integer, "kernel.numa_balancing: bit 0 normal, bit 1 memory tiering."),
                    .optional("is_enabled", .boolean, "Whether any bit is set."),
                    .optional("scan_delay_seconds", .number, "scan_delay_ms."),
                    .optional("scan_period_minimum_seconds", .number, "scan_period_min_ms."),
                    .optional("scan_period_maximum_seconds", .number, "scan_period_max_ms."),
                    .optional("scan_size_bytes", .integer, "scan_size_mb."),
                    .optional("hot_threshold_seconds", .number, "hot_threshold_ms."),
                    .optional("promotion_limit_bytes_per_second", .integer, "numa_balancing_promote_rate_limit_MBps."),
                ]), "Settings of automatic NUMA balancing."),
            .optional(
                "cache_aware_scheduling", CacheAwareDocument.schema, "How threads are drawn to caches (since 7.2)."),
        ] + TiersDocument.statusFields + [
            .optional(
                "vmstat",
                .object([
                    .provenance,
                    .required("counters", .map(of: .integer), "Since boot, by the kernel's names."),
                    .required("rates_per_second", .map(of: .number), "Increase since the previous round."),
                ]), "The balancing counters of /proc/vmstat."),
            .optional("tracing", TracingDocument.state, "Whether every hint fault is traced."),
            .required("cost", CostDocument.schema, "What observing costs."),
            .required(
                "sources",
                .object([
                    .required("readable_count", .integer, "Kernel sources that are readable here."),
                    .required("unreadable", .array(of: .string), "The names of the others; see /v1/sources."),
                ]), "What can be seen here."),
        ])

    static func write(
        _ snapshot: HostSnapshot, version: String, nowNanoseconds: UInt64, into json: inout JSONWriter
    ) {
        let host = snapshot.host
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.member("version", version)
        json.member(ifPresent: "kernel_release", snapshot.kernelRelease)
        json.member(ifPresent: "host_name", snapshot.hostName)
        if !snapshot.machine.nodes.isEmpty { json.member("online_nodes", snapshot.machine.nodeSet) }
        json.member(notes: snapshot.notes)
        json.member(ifPresent: "process_count", host.processCount)
        json.member(ifPresent: "thread_count", host.threadCount)
        json.object("balancing") { json in
            json.member("provenance", .kernel)
            json.member(ifPresent: "mode", host.balancingMode)
            json.member(ifPresent: "is_enabled", host.balancingMode.map { $0 != 0 })
            write(host.knobs, into: &json)
        }
        if let cacheAware = host.cacheAware {
            json.object("cache_aware_scheduling") { CacheAwareDocument.write(cacheAware, into: &$0) }
        }
        TiersDocument.writeStatus(snapshot, into: &json)
        if let counters = host.vmstat {
            json.object("vmstat") { json in
                json.member("provenance", .kernel)
                json.member("counters", counters)
                json.object("rates_per_second") { json in
                    for rate in host.vmstatRates { json.member(rate.name, rate.perSecond) }
                }
            }
        }
        if let tracing = snapshot.tracing {
            json.object("tracing") { TracingDocument.writeState(tracing, into: &$0) }
        }
        json.object("cost") { CostDocument.write(snapshot, into: &$0) }
        json.object("sources") { json in
            json.member("readable_count", snapshot.sources.count { $0.isReadable })
            json.array("unreadable") { json in
                for source in snapshot.sources where !source.isReadable { json.value(source.name) }
            }
        }
    }

    private static func write(_ knobs: BalancingKnobs, into json: inout JSONWriter) {
        func seconds(_ milliseconds: UInt64?) -> Double? { milliseconds.map { Double($0) / 1000 } }
        func bytes(_ mebibytes: UInt64?) -> UInt64? {
            mebibytes.map { value in
                let (bytes, overflow) = value.multipliedReportingOverflow(by: 1 << 20)
                return overflow ? .max : bytes
            }
        }
        json.member(ifPresent: "scan_delay_seconds", seconds(knobs.scanDelayMilliseconds))
        json.member(ifPresent: "scan_period_minimum_seconds", seconds(knobs.scanPeriodMinMilliseconds))
        json.member(ifPresent: "scan_period_maximum_seconds", seconds(knobs.scanPeriodMaxMilliseconds))
        json.member(ifPresent: "scan_size_bytes", bytes(knobs.scanSizeMegabytes))
        json.member(ifPresent: "hot_threshold_seconds", seconds(knobs.hotThresholdMilliseconds))
        json.member(
            ifPresent: "promotion_limit_bytes_per_second", bytes(knobs.promoteRateLimitMegabytesPerSecond))
    }
}
