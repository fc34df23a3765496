import CLinuxShims
import Glibc
package import SystemPackage

/// BPF programs that the kernel runs for each of its objects when a file is read: bpf(2), Linux 5.8.
///
/// What is loaded lives as long as a descriptor or a name in a BPF file system (bpffs) leads to it. A link that has a name is
/// a file: whoever may open it reads what the program writes, from the first object on with each opening, without bpf(2) and
/// without a privilege.
package enum IteratorPrograms {
    /// A program that was refused.
    package struct Refusal: Error, Hashable, Sendable {
        package var errno: Errno
        /// The last of what the verifier said; empty where it was not asked.
        package var reason: String
    }

    /// Loads a program: `BPF_PROG_LOAD`, type `BPF_PROG_TYPE_TRACING`, attached as `BPF_TRACE_ITER`.
    ///
    /// - Parameters:
    ///   - instructions: Of eight bytes each (`struct bpf_insn`).
    ///   - function: The number of the function in the kernel's BTF that stands for the objects: `bpf_iter_task`.
    ///   - licence: What the program is licensed under; some helpers are for programs under the GPL.
    ///   - name: Up to 15 bytes, as `bpftool prog` shows it.
    package static func load(
        _ instructions: [UInt64], function: UInt32, licence: String, name: String
    ) throws(Refusal) -> OwnedDescriptor {
        do throws(Errno) {
            return OwnedDescriptor(
                adopting: try calling(.bpf) {
                    unsafe numawatch_bpf_load_iterator(
                        instructions, UInt32(instructions.count), function, licence, name, nil, 0)
                })
        } catch {
            throw Refusal(errno: error, reason: objection(to: instructions, function, licence, name))
        }
    }

    /// Loads once more, for what the verifier says: a log is costly, and one that is too small is a failure of its own.
    private static func objection(
        to instructions: [UInt64], _ function: UInt32, _ licence: String, _ name: String
    ) -> String {
        var log = [CChar](repeating: 0, count: 1 << 18)
        let descriptor = unsafe log.withUnsafeMutableBufferPointer { log in
            unsafe numawatch_bpf_load_iterator(
                instructions, UInt32(instructions.count), function, licence, name, log.baseAddress,
                UInt32(log.count))
        }
        if descriptor >= 0 { close(descriptor) }
        let text = String(decoding: log.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        // Behind the reason come figures of the verifier's own work.
        return text.split(separator: "\n").last { !$0.hasPrefix("processed ") }.map(String.init) ?? ""
    }

    /// Attaches a program: `BPF_LINK_CREATE`.
    package static func link(_ program: borrowing OwnedDescriptor) throws(Errno) -> OwnedDescriptor {
        let number = program.rawValue
        return OwnedDescriptor(adopting: try calling(.bpf) { numawatch_bpf_link_iterator(number) })
    }

    /// Gives a link a name in a BPF file system, in the place of what had it: at no instant is there none.
    ///
    /// - Parameters:
    ///   - link: What ``link(_:)`` gave.
    ///   - path: The name. Dots are not allowed in it.
    ///   - groupID: The group that may read it; nil: that of the process.
    ///   - mode: Its mode.
    package static func pin(
        _ link: borrowing OwnedDescriptor, at path: String, groupID: UInt32?, mode: UInt32
    ) throws(SystemFailure) {
        let number = link.rawValue
        let name = "\(path)-new"
        do throws(Errno) {
            // What a loader that was killed left.
            _ = try? calling(.unlink) { unsafe unlink(name) }
            _ = try calling(.bpf) { unsafe numawatch_bpf_pin(number, name) }
            do throws(Errno) {
                if let groupID { _ = try calling(.chown) { unsafe chown(name, uid_t.max, groupID) } }
                _ = try calling(.chmod) { unsafe chmod(name, mode) }
                _ = try calling(.rename) { unsafe rename(name, path) }
            } catch {
                _ = try? calling(.unlink) { unsafe unlink(name) }
                throw error
            }
        } catch {
            throw SystemFailure("pin the iterator at", path, error)
        }
    }

    /// Removes the name, and with it the program, once nobody reads it.
    ///
    /// - Returns: Whether there was one.
    package static func unpin(_ path: String) throws(SystemFailure) -> Bool {
        for name in ["\(path)-new", path] {
            do throws(Errno) {
                _ = try calling(.unlink) { unsafe unlink(name) }
            } catch {
                guard error == .noSuchFileOrDirectory else { throw SystemFailure("remove", name, error) }
                if name == path { return false }
            }
        }
        return true
    }

    /// Makes a directory of a BPF file system, unless it is there.
    ///
    /// - Parameters:
    ///   - groupID: Its group, if it is made; nil: that of the process.
    ///   - mode: Its mode, if it is made.
    package static func makeDirectory(_ path: String, groupID: UInt32?, mode: UInt32) throws(SystemFailure) {
        do throws(Errno) {
            do throws(Errno) {
                _ = try calling(.mkdir) { unsafe mkdir(path, mode) }
            } catch {
                if error == .fileExists { return }
                throw error
            }
            if let groupID { _ = try calling(.chown) { unsafe chown(path, uid_t.max, groupID) } }
            _ = try calling(.chmod) { unsafe chmod(path, mode) }
        } catch {
            throw SystemFailure("make the directory", path, error)
        }
    }
}
