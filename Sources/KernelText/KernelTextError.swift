/// Kernel text that is not what the kernel prints: which file, which field, where, and what was expected there.
///
/// Carries no rendered message: nothing is allocated until someone asks for ``description``. All parsers of this module
/// throw this one type and nothing else.
package struct KernelTextError: Error, Hashable, Sendable {
    /// What is wrong at the offset.
    package enum Reason: Hashable, Sendable {
        /// The field needs a decimal number and has something else, or nothing.
        case expectedDecimal
        /// The field needs a hexadecimal number and has something else, or nothing.
        case expectedHexadecimal
        /// The number does not fit the field's type or range.
        case outOfRange
        /// One of the separators or words of the file's grammar is not where it has to be.
        case expectedToken(String)
        /// The text ends inside the field.
        case unexpectedEnd
        /// The last line has no newline: the read, or the captured file, was cut there.
        case unterminatedLine
        /// A line is longer than any the kernel prints.
        case lineTooLong
        /// A field without which the file means nothing does not occur.
        case missingField
        /// A list or mask breaks its own grammar (descending range, wrong group width, …).
        case malformedSet
        /// One of a fixed set of words was expected.
        case unknownWord
        /// Bytes follow where the value should have ended.
        case trailingBytes
    }

    /// The kind of file.
    package var file: KernelFile
    /// The kernel's name of the field. Always a literal: no allocation.
    package var field: String
    /// Where in the text, in bytes from its start.
    package var byteOffset: Int
    /// What was expected.
    package var reason: Reason

    package init(_ file: KernelFile, _ field: String, at byteOffset: Int, _ reason: Reason) {
        self.file = file
        self.field = field
        self.byteOffset = byteOffset
        self.reason = reason
    }
}

extension KernelTextError: CustomStringConvertible {
    /// One line for the administrator: file, field, byte offset, what was expected.
    package var description: String {
        "\(file.rawValue): \(field) at byte \(byteOffset): \(reason)"
    }
}

extension KernelTextError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .expectedDecimal: "expected a decimal number"
        case .expectedHexadecimal: "expected a hexadecimal number"
        case .outOfRange: "the number is out of range"
        case .expectedToken(let token): "expected '\(token)'"
        case .unexpectedEnd: "the text ends too early"
        case .unterminatedLine: "the last line is cut (no newline)"
        case .lineTooLong: "the line is too long"
        case .missingField: "the field is missing"
        case .malformedSet: "not a list or mask as the kernel prints it"
        case .unknownWord: "not one of the known words"
        case .trailingBytes: "unexpected bytes after the value"
        }
    }
}
