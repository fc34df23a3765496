import Exposition
import TextOutput

/// The daemon's own words when it has no answer: `{"error":{"status":404,"message":…,"remedy":…}}`.
enum DaemonRefusal {
    /// The failure a refusal of the socket stands for.
    static func failure(status: Int, target: String, body: [UInt8]) -> CommandFailure {
        guard let error = try? EndpointError.fields.read(JSONValue(parsing: body)) else {
            return CommandFailure(exit(status), "The daemon answered \(status) to \(target).")
        }
        return CommandFailure(exit(status), error.message, remedy: error.remedy)
    }

    /// The failure a refusal made in this process stands for.
    static func failure(_ error: EndpointError) -> CommandFailure {
        CommandFailure(exit(error.status), error.message, remedy: error.remedy)
    }

    private static func exit(_ status: Int) -> ExitStatus {
        switch status {
        case 400, 405: .usage
        case 403: .noPermission
        case 404: .negative
        default: .unavailable
        }
    }
}
