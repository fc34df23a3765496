package import LinuxSystem

/// What `numawatch-iterator` does with its arguments.
package struct IteratorProgram: Sendable {
    /// How it ends, as its exit status; see sysexits(3).
    package enum Exit: Int32, Sendable {
        case success = 0
        case failure = 1
        /// EX_USAGE
        case usage = 64
        /// EX_UNAVAILABLE: this kernel cannot have an iterator.
        case unavailable = 69
    }

    private let loader: IteratorLoader
    private let version: String

    package init(root: any HostRoot = DirectoryRoot.live, version: String) {
        loader = IteratorLoader(root: root)
        self.version = version
    }

    /// Runs, and prints what came of it.
    ///
    /// - Parameter arguments: Without the program's name.
    package func start(_ arguments: [String]) -> Exit {
        let (exit, text) = run(arguments)
        do throws(SystemFailure) {
            try Output.write(
                Array(text.utf8), to: exit == .success ? Terminal.standardOutput : Terminal.standardError)
        } catch {
            return exit == .success ? .failure : exit
        }
        return exit
    }

    /// - Returns: How it ends, and what is to be printed: to standard error unless it ends well.
    package func run(_ arguments: [String]) -> (exit: Exit, text: String) {
        let asked: IteratorArguments
        do throws(IteratorArguments.UsageError) {
            asked = try IteratorArguments(arguments)
        } catch {
            return (.usage, "numawatch-iterator: \(error); see --help\n")
        }
        switch asked.action {
        case .printHelp: return (.success, IteratorArguments.help)
        case .printVersion: return (.success, "numawatch-iterator \(version)\n")
        case .remove: return remove(asked)
        case .list: return list()
        case .load: return load(asked)
        }
    }

    private func load(_ asked: IteratorArguments) -> (Exit, String) {
        var groupID: UInt32?
        if let group = asked.group {
            groupID = Accounts().groupID(named: group)
            if groupID == nil { return (.failure, "numawatch-iterator: there is no group \(group)\n") }
        }
        var random = SystemRandomNumberGenerator()
        do throws(IteratorLoader.Refusal) {
            let result = try loader.load(at: asked.path, groupID: groupID, blind: IteratorLoader.blind(&random))
            let what =
                "pinned \(asked.path): \(result.instructionCount) instructions, \(result.nodeCount) possible "
                + (result.nodeCount == 1 ? "node" : "nodes")
            let lack = result.shortcoming.map { ", without the threads' own ledgers, as the kernel says: \($0)" } ?? ""
            return (.success, "numawatch-iterator: \(what)\(lack)\n")
        } catch {
            return (error.isLack ? .unavailable : .failure, "numawatch-iterator: \(error)\n")
        }
    }

    private func remove(_ asked: IteratorArguments) -> (Exit, String) {
        do throws(SystemFailure) {
            let wasThere = try loader.remove(at: asked.path)
            return (.success, "numawatch-iterator: \(wasThere ? "removed" : "there was no") \(asked.path)\n")
        } catch {
            return (.failure, "numawatch-iterator: \(error)\n")
        }
    }

    /// The complete program; the random number is left out, as it is another with each loading.
    private func list() -> (Exit, String) {
        do throws(IteratorLoader.Refusal) {
            return (.success, try loader.program(.complete, blind: 0).listing)
        } catch {
            return (error.isLack ? .unavailable : .failure, "numawatch-iterator: \(error)\n")
        }
    }
}
