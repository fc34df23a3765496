/// The command line.
struct Options {
    /// Only benchmarks whose name contains this.
    var filter = ""
    /// Turns of each side.
    var runs = 9
    var isJSON = false
    /// The path of the trace that is parsed; absolute.
    var trace: String?
    /// Measure the peak memory of this benchmark of memory, alone in the process.
    var memory: String?
    /// Print the names of the benchmarks of memory.
    var listsMemory = false
    /// Print the trace that `trace.parse` reads.
    var printsTrace = false
    /// Print the recording that `pages.decode` and `recording.replay` read.
    var printsRecording = false
    var wantsHelp = false

    static let help = """
        usage: numawatch-bench [--filter TEXT] [--runs N] [--trace FILE] [--json]
               numawatch-bench --memory-list | --memory NAME [--json]
               numawatch-bench --print-trace | --print-recording

        Runs each benchmark in turns with a baseline and prints CPU times as ratios.

          --filter TEXT   only benchmarks whose name contains TEXT
          --runs N        turns of each side, 1 to 1000 (default 9)
          --trace FILE    parse this trace (absolute path, unpacked) instead of one that is made up
          --json          one JSON document instead of a table
          --memory-list   print the names of the benchmarks of memory
          --memory NAME   run one of them and print the peak memory of this process
          --print-trace   print the made-up trace that trace.parse reads, to time other programs on it
          --print-recording  the same for the made-up trace.dat of pages.decode and recording.replay

        """

    init(_ arguments: some Sequence<String>) throws {
        var words = arguments.makeIterator()
        func value(of option: String) throws -> String {
            guard let word = words.next() else { throw BenchmarkError("\(option) needs a value; see --help") }
            return word
        }
        while let word = words.next() {
            switch word {
            case "--filter": filter = try value(of: word)
            case "--runs":
                let text = try value(of: word)
                guard let count = Int(text), (1...1000).contains(count) else {
                    throw BenchmarkError("--runs: \(text) is not a number from 1 to 1000")
                }
                runs = count
            case "--trace": trace = try value(of: word)
            case "--json": isJSON = true
            case "--memory": memory = try value(of: word)
            case "--memory-list": listsMemory = true
            case "--print-trace": printsTrace = true
            case "--print-recording": printsRecording = true
            case "--help", "-h": wantsHelp = true
            default: throw BenchmarkError("\(word): not an option; see --help")
            }
        }
    }
}
