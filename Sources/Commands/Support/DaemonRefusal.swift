import FoundationEssentials

/// The daemon's own words when it has no answer: `{"error":{"status":404,"message":…,"remedy":…}}`.
enum DaemonRefusal {
    private struct Document: Decodable {
        struct Problem: Decodable {
            var message: String
            var remedy: String?
        }

        var error: Problem
    }

    /// The failure a refusal stands for.
    static func failure(status: Int, target: String, body: [UInt8]) -> CommandFailure {
        let exit: ExitStatus =
            switch status {
            case 400, 405: .usage
            case 403: .noPermission
            case 404: .negative
            default: .unavailable
            }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)) else {
            return CommandFailure(exit, "The daemon answered \(status) to \(target).")
        }
        return CommandFailure(exit, document.error.message, remedy: document.error.remedy)
    }
}
