package import Comparison
import TextOutput

/// Finds the figures that a report carries with it.
package enum ReportFigures {
    /// Why a file is no report whose figures can be compared.
    package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// Reads the data block of a page.
    package static func read(_ page: [UInt8]) throws(Failure) -> ComparisonSide {
        let opening = Array("<script type=\"application/json\" id=\"\(ReportPage.dataID)\">".utf8)
        let closing = Array("</script>".utf8)
        guard let start = page.firstRange(of: opening)?.upperBound else {
            throw Failure(
                description: "there are no figures in it: only reports made with a history of the host can be compared")
        }
        guard let end = page[start...].firstRange(of: closing)?.lowerBound else {
            throw Failure(description: "at byte \(start): the figures have no end; the file is cut off")
        }
        do {
            return try ComparisonSide(reading: try JSONValue(parsing: Array(page[start..<end])))
        } catch let error as JSONError {
            throw Failure(description: "at byte \(start + error.offset): \(error)")
        } catch let error as ComparisonSide.FormatError {
            throw Failure(description: error.description)
        } catch {
            throw Failure(description: "\(error)")
        }
    }
}
