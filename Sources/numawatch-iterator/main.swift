import Exposition
import Glibc
import TaskIterator

exit(IteratorProgram(version: ProductVersion.current).start(Array(CommandLine.arguments.dropFirst())).rawValue)
