/// Answers what the daemon's socket answers: the daemon itself, or the same documents made in this process.
///
/// Every table is made from these documents, so that a table, `--json` and the socket cannot say different things.
protocol DocumentSource: Sendable {
    /// Gets one document by path and query.
    ///
    /// - Throws: ``CommandFailure``.
    func get(_ target: String, accept: String?) async throws -> [UInt8]

    /// Makes the next answers newer ones. The daemon sees to that by itself.
    func advance()
}

extension DocumentSource {
    func get(_ target: String) async throws -> [UInt8] {
        try await get(target, accept: nil)
    }
}

extension DaemonClient: DocumentSource {
    package func advance() {}
}
