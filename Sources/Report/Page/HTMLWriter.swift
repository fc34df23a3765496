import Drawing
import TextOutput

/// A page's markup as it grows: text is escaped, what is open is closed, and each name is given once.
struct HTMLWriter {
    private(set) var bytes: [UInt8] = []

    /// An element with content, on lines of its own.
    mutating func element(
        _ name: String, _ attributes: [(String, String)] = [], _ body: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        bytes.append(UInt8(ascii: "\n"))
        body(&self)
        bytes.append(text: "</\(name)>\n")
    }

    /// An element that holds text alone.
    mutating func line(_ name: String, _ text: String, _ attributes: [(String, String)] = []) {
        open(name, attributes)
        bytes.append(markup: text)
        bytes.append(text: "</\(name)>\n")
    }

    /// Text, as it is.
    mutating func text(_ text: String) { bytes.append(markup: text) }

    /// Markup that is safe already: the program's own.
    mutating func raw(_ markup: String) { bytes.append(text: markup) }

    /// A picture with what it shows below it.
    mutating func figure(_ picture: Picture, caption: String) {
        element("figure") { html in
            html.region(picture.title) { picture.append(to: &$0.bytes) }
            html.line("figcaption", caption)
        }
    }

    /// What may be wider than a phone: it moves sideways within itself, with the keys as well.
    mutating func region(_ label: String, _ body: (inout HTMLWriter) -> Void) {
        element("div", [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", label)], body)
    }

    mutating func table(_ table: ReportTable) {
        region(table.caption) { html in
            html.element("table") { html in
                html.line("caption", table.caption)
                html.raw("<thead><tr>")
                for column in table.columns {
                    html.raw(column.isNumber ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">")
                    html.text(column.title)
                    html.raw("</th>")
                }
                html.raw("</tr></thead>\n<tbody>\n")
                for row in table.rows { html.row(row, table.columns) }
                html.raw("</tbody>\n")
            }
        }
    }

    private mutating func row(_ cells: [String], _ columns: [ReportTable.Column]) {
        raw("<tr>")
        for (index, column) in columns.enumerated() {
            let cell = index < cells.count ? cells[index] : ""
            let name = index == 0 ? "th" : "td"
            raw("<\(name)\(index == 0 ? " scope=\"row\"" : "")\(column.isNumber ? " class=\"n\"" : "")>")
            text(cell)
            raw("</\(name)>")
        }
        raw("</tr>\n")
    }

    /// A table behind a line to open it.
    mutating func folded(_ table: ReportTable, summary: String) {
        element("details") { html in
            html.line("summary", summary)
            html.table(table)
        }
    }

    /// Data for programs: no script, whatever the element's name.
    mutating func data(id: String, _ json: [UInt8]) {
        raw("<script type=\"application/json\" id=\"\(id)\">")
        // A “<” stands in strings only, where JSON knows another way to write it: nothing in them ends the element.
        for byte in json {
            if byte == UInt8(ascii: "<") { bytes.append(text: "\\u003c") } else { bytes.append(byte) }
        }
        raw("</script>\n")
    }

    private mutating func open(_ name: String, _ attributes: [(String, String)]) {
        bytes.append(text: "<\(name)")
        for (name, value) in attributes {
            bytes.append(text: " \(name)=\"")
            bytes.append(markup: value)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
    }
}

/// A table of the report.
package struct ReportTable: Sendable, Equatable {
    package struct Column: Sendable, Equatable {
        package var title: String
        package var isNumber: Bool

        package init(_ title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    /// What the table shows; said before it.
    package var caption: String
    /// The first names the row.
    package var columns: [Column]
    package var rows: [[String]]

    package init(_ caption: String, columns: [Column], rows: [[String]]) {
        self.caption = caption
        self.columns = columns
        self.rows = rows
    }
}
