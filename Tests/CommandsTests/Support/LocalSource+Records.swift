import Exposition
import Snapshots

@testable import Commands

extension LocalSource {
    /// The record of a document, through its bytes and back: as one that asks the daemon has it.
    func record<Record>(
        _ document: PublishedDocument<Record>, _ request: DocumentRequest = DocumentRequest()
    ) async throws -> Record {
        try document.read(await answer(document, request).bytes)
    }

    func process(_ pid: Int) async throws -> ProcessAnswer {
        try await record(.process, DocumentRequest(pathValues: ["pid": pid]))
    }

    /// The bytes of a document.
    func bytes<Record>(_ document: PublishedDocument<Record>) async throws -> [UInt8] {
        try await answer(document).bytes
    }
}
