import Glibc
import LinuxSystem

// A benchmark prints what it measured and judges nothing: a missed target is a line in a table, not a failure.
do {
    try BenchmarkProgram.run(Options(CommandLine.arguments.dropFirst()))
} catch {
    try? Output.write(Array("numawatch-bench: \(error)\n".utf8), to: Terminal.standardError)
    exit(1)
}
