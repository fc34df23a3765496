import Glibc
package import SystemPackage

/// The system calls whose failure a test may force, by their C names.
package enum SystemCall: String, Sendable {
    case open, read, write, getdents64, readlink, stat, fstat, lseek
    case movePages = "move_pages"
    case socket, connect, bind, listen, accept, getsockopt, link, rename, unlink, chmod, chown, mkdir
    case bpf, getrandom
}

/// The seam through which a test makes a system call fail: what it returns is raised instead of making the call.
///
/// It exists in debug builds only; a release build calls the kernel and nothing else.
package enum ForcedFailures {
    package typealias Rule = @Sendable (SystemCall) -> Errno?

    #if DEBUG
        @TaskLocal static var rule: Rule?
    #endif

    /// Runs `body` with `rule` asked before every system call made in this task. Without effect in a release build.
    package static func with<R>(_ rule: @escaping Rule, _ body: () throws -> R) rethrows -> R {
        #if DEBUG
            return try $rule.withValue(rule, operation: body)
        #else
            return try body()
        #endif
    }
}

/// Makes a system call that reports failure as -1 with errno, again for as long as a signal interrupts it.
///
/// This is the only place that looks at `EINTR`.
@inline(__always)
func calling<Value: FixedWidthInteger & SignedInteger>(
    _ call: SystemCall, _ body: () -> Value
) throws(Errno) -> Value {
    while true {
        #if DEBUG
            if let forced = ForcedFailures.rule?(call) {
                // A forced interruption would repeat for ever: the rule is asked again and answers the same.
                if forced != .interrupted { throw forced }
            }
        #endif
        let value = body()
        if value != -1 { return value }
        let number = errno
        if number != EINTR { throw Errno(rawValue: number) }
    }
}
