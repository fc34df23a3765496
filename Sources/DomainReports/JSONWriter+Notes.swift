package import NUMATopology
package import TextOutput

extension JSONWriter {
    /// What a reader has to know of how the figures were found; left out where there is nothing to know.
    package mutating func member(notes: [HostNote]) {
        guard !notes.isEmpty else { return }
        array("notes") { json in
            for note in notes {
                json.object { json in
                    json.member("kind", note.kind.rawValue)
                    json.member("about", note.about)
                    json.member("text", note.text)
                }
            }
        }
    }
}
