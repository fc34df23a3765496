import History
import HistoryFiles
import LinuxSystem
import NUMATopology

/// Writes a history as the daemon does, as fast as it goes, until it is killed: what tests kill.
///
/// numawatch-history-writer DIRECTORY FIRST-MINUTE
///
/// Time is made up: each minute of rounds follows at once on the one before. A line with its number says that a minute has
/// reached the disk, by the recorder's own account.

let arguments = CommandLine.arguments
guard arguments.count == 3, let first = UInt64(arguments[2]) else {
    try Output.write(Array("usage: numawatch-history-writer DIRECTORY FIRST-MINUTE\n".utf8), to: Terminal.standardError)
    throw CancellationError()
}
let second: UInt64 = 1_000_000_000
let recorder = HistoryRecorder(
    directory: arguments[1], limits: HistoryLimits(),
    life: HistoryLife(bootID: "made-up", version: "0", hostName: "made-up"))
var minute = first
var written: UInt64 = 0
while true {
    for place in 0..<UInt64(12) {
        let time = (minute * 60 + place * 5) * second
        var round = HistoryRound(wallClockNanoseconds: time, monotonicNanoseconds: time)
        for group in 0..<UInt64(60) {
            var scope = HistoryRound.Scope(
                scope: group == 0 ? .host : .group("unit-\(group)", owner: nil),
                group: group == 0 ? nil : HistoryGroup(kind: "unit"), values: [])
            // The number of the minute is in it, so that a reader knows what it has to be.
            scope.values = [
                HistoryRound.Value(key: HistoryKey(.threadCount), steps: Int64(minute)),
                HistoryRound.Value(key: HistoryKey(.cpuSeconds), steps: Int64(minute * 1000 + place * group)),
                HistoryRound.Value(key: HistoryKey(.residentBytes), steps: Int64(minute * group % 977)),
            ]
            round.scopes.append(scope)
        }
        _ = recorder.take(round)
    }
    if recorder.statistics.writtenMinutes > written {
        written = recorder.statistics.writtenMinutes
        // With the first round of a minute the one before is written.
        try Output.write(Array("\(minute - 1)\n".utf8), to: Terminal.standardOutput)
    }
    minute += 1
}
