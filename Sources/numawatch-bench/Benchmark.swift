/// Something measured beside a baseline.
///
/// Times of a shared machine mean little by themselves: another tenant, the clock frequency and the kernel's mitigations
/// move them by a factor. What both sides of a comparison suffer alike cancels in their ratio, so each benchmark runs in
/// turns with a baseline that does as much of the same input as can be done most plainly.
struct Benchmark {
    /// `area.part`, unique.
    let name: String
    let unit: Unit
    /// What the baseline does, in a few words.
    let baselineName: String
    /// What the issue that asked for this code demands; absent where nothing does.
    var target: Target?
    /// Makes input and state. Not measured.
    let prepare: () throws -> Workload

    /// What is counted, and how a rate of it is shown.
    enum Unit: String {
        case megabytes = "MB/s"
        case millionFaults = "M faults/s"
        case millionEvents = "M events/s"
        case milliseconds = "ms"
    }

    /// A bound on the subject's figure, in the benchmark's unit.
    enum Target {
        case atLeast(Double)
        case atMost(Double)

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atLeast(let bound): value >= bound
            case .atMost(let bound): value <= bound
            }
        }
    }
}

/// A prepared benchmark: two bodies that work on the same input.
struct Workload {
    /// Bytes, faults or passes of one call of the subject, and of the baseline.
    var amount: Double
    var baselineAmount: Double
    /// Each returns a sum over what it read, so that no work can be left out as unused.
    var subject: () throws -> UInt64
    var baseline: () throws -> UInt64
    /// What else is worth telling: the size of the input.
    var note: String = ""
    /// If both sides do the same amount, or the baseline a known share of it, the ratio is per unit; if not, per call.
    var comparesPerUnit = true
}

/// Why a benchmark could not be run.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
