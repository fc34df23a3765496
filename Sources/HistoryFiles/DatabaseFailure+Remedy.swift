package import LinuxSystem

extension DatabaseFailure: CustomStringConvertible {
    /// One sentence, with what to do where that is known.
    package var description: String {
        let remedy: String? =
            switch kind {
            case .full: "make room there, or set a smaller Size= in [History]"
            case .readOnly: "let the service write there, or choose another Directory= in [History]"
            case .damaged, .otherVersion, .unavailable, .other: nil
            }
        return "cannot \(operation) \(path): \(reason)" + (remedy.map { "; \($0)" } ?? "")
    }
}
