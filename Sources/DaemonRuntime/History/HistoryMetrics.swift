import Exposition
import HistoryFiles
import Snapshots

/// What keeping the history comes to; absent where none is kept.
enum HistoryMetrics {
    static func families(_ statistics: @escaping @Sendable () -> HistoryStatistics?) -> [MetricFamily] {
        [
            MetricFamily(
                "numawatch_history_bytes", .gauge, unit: .bytes,
                "Size of the history's file (file), and what of it is in use (used).", provenance: .reconstructed,
                labels: ["what"],
                from: .host { _, samples in
                    guard let statistics = statistics() else { return }
                    samples.put(statistics.fileBytes, .text("file"))
                    samples.put(statistics.usedBytes, .text("used"))
                }),
            MetricFamily(
                "numawatch_history_minutes", .gauge,
                "Minutes in the history: round by round (rounds), and as averages (minutes).",
                provenance: .reconstructed,
                labels: ["kept"],
                from: .host { _, samples in
                    guard let statistics = statistics() else { return }
                    samples.put(statistics.roundBlocks, .text("rounds"))
                    samples.put(statistics.minuteBlocks, .text("minutes"))
                }),
            MetricFamily(
                "numawatch_history_written_minutes_total", .counter,
                "Minutes that reached the disk since the daemon started.", provenance: .reconstructed,
                from: .host { _, samples in
                    if let statistics = statistics() { samples.put(statistics.writtenMinutes) }
                }),
            MetricFamily(
                "numawatch_history_write_errors_total", .counter,
                "Minutes that could not be written, and are lost, since the daemon started.",
                provenance: .reconstructed,
                from: .host { _, samples in
                    if let statistics = statistics() { samples.put(statistics.failedMinutes) }
                }),
            MetricFamily(
                "numawatch_history_last_write_timestamp_seconds", .gauge, unit: .seconds,
                "The last sample that reached the disk, seconds since 1970.", provenance: .reconstructed,
                from: .host { _, samples in
                    guard let time = statistics()?.lastWriteNanoseconds else { return }
                    samples.put(Double(time) / 1e9)
                }),
        ]
    }
}
