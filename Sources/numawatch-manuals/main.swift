import Exposition
import Glibc
import LinuxSystem
import Manuals

// numawatch-manuals DIRECTORY. Not installed: scripts/install.sh runs it.
guard CommandLine.arguments.count == 2 else {
    try? Output.write(Array("usage: numawatch-manuals DIRECTORY\n".utf8), to: Terminal.standardError)
    exit(64)
}
if let problem = ManualFiles.write(into: CommandLine.arguments[1], version: ProductVersion.current) {
    try? Output.write(Array("numawatch-manuals: \(problem)\n".utf8), to: Terminal.standardError)
    exit(1)
}
