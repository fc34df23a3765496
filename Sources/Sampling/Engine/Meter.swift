import LinuxSystem

/// Wall and CPU time from an instant on.
struct Meter {
    private let wallStart: UInt64
    private let cpuStart: UInt64

    init(_ time: any TimeSource, _ cost: any CostMeter) {
        wallStart = time.monotonicNanoseconds
        cpuStart = cost.threadCPUNanoseconds
    }

    func wall(_ time: any TimeSource) -> UInt64 {
        let now = time.monotonicNanoseconds
        return now - min(wallStart, now)
    }

    func cpu(_ cost: any CostMeter) -> UInt64 {
        let now = cost.threadCPUNanoseconds
        return now - min(cpuStart, now)
    }
}
