import LiveView
import RecordedRounds
import Testing
import TextOutput

/// Pictures of recorded rounds.
@Suite("The screens of top")
struct ScreenTests {
    /// Keys that open each view from the overview, by the name of its picture.
    static let views: [(name: String, keys: String)] = [
        ("overview", ""), ("groups", "2"), ("processes", "3"), ("flow", "4"), ("machine", "5"), ("events", "6"),
        ("verdict", "v"), ("group", "<Enter>"), ("threads", "<Enter><Enter>"), ("story", "<Enter><Enter><Down><Enter>"),
        ("help", "?"), ("help-machine", "5?"), ("filter", "F^post<Enter>"), ("sorted", "Scost<Enter>r"),
        ("past", "t"), ("minute", "+"), ("pages", "u"), ("search", "/redis<Enter>"), ("typing", "/red"),
    ]
    static let sizes = [(80, 24), (132, 50), (60, 16)]

    @Test("a view is as its golden picture at the design size", arguments: views)
    func golden(_ name: String, _ keys: String) throws {
        var model = TopModel()
        model.press(keys)
        try Golden.expect(model.frame(), name)
    }

    @Test("the overview is as its golden picture on larger and smaller screens", arguments: sizes.dropFirst())
    func overview(_ columns: Int, _ rows: Int) throws {
        try Golden.expect(TopModel(columns: columns, rows: rows).frame(), "overview-\(columns)x\(rows)")
    }

    @Test("many nodes are told of where they do not fit", arguments: [8])
    func nodes(_ count: Int) throws {
        var model = TopModel(nodes: count)
        try Golden.expect(model.frame(), "overview-\(count)-nodes")
        model.press("4")
        try Golden.expect(model.frame(), "flow-\(count)-nodes")
    }

    @Test("before the first sample and on a screen that is too small there is a line")
    func empty() {
        let model = TopModel(columns: 80, rows: 24, settings: TopSettings(), pageSizeBytes: 4096)
        #expect(model.frame().text.contains("Asking the daemon"))
        let small = TopModel(columns: 40, rows: 10)
        #expect(small.frame().lines.first?.contains("too small") == true)
        let tiny = TopModel(columns: 1, rows: 1)
        #expect(tiny.frame().lines == ["…"])
    }

    @Test("every view fits every screen: no line is wider, and nothing acts on the terminal", arguments: views)
    func fits(_ name: String, _ keys: String) {
        for columns in [60, 79, 80, 132, 250] {
            for rows in [16, 24, 50] {
                for nodes in [2, 16] {
                    var model = TopModel(columns: columns, rows: rows, nodes: nodes)
                    model.press(keys)
                    let frame = model.frame()
                    #expect(frame.cells.count == rows)
                    for row in frame.cells {
                        #expect(row.count == columns, "\(name) \(columns)x\(rows)")
                        #expect(
                            row.reduce(0) { $0 + TableFormatter.width(of: $1.text) } == columns,
                            "\(name) \(columns)x\(rows)")
                    }
                    let isSafe = frame.text.unicodeScalars.allSatisfy {
                        $0 == "\n"
                            || !($0.properties.generalCategory == .control || $0.properties.generalCategory == .format)
                    }
                    #expect(isSafe, "\(name)")
                }
            }
        }
    }

    @Test(
        "the last row names keys and the help of every view has all that work there on its first page", arguments: views
    )
    func help(_ name: String, _ keys: String) {
        var model = TopModel()
        model.press(keys)
        guard name != "typing", model.view != .help else { return }
        let view = model.view
        #expect(model.frame().lines.last?.contains("q") == true)
        model.press("?")
        let text = model.frame().text
        for binding in KeyBinding.all where binding.works(in: view) {
            #expect(text.contains(binding.meaning), "\(name): \(binding.meaning)")
        }
    }

    @Test("colour adds nothing: the text of the chosen line says that it is chosen, that of a verdict which it is")
    func roles() throws {
        let frame = TopModel().frame()
        for row in frame.cells where row.contains(where: { $0.role == .selected }) && row[0].role == .selected {
            #expect(row[0].text == ">")
        }
        #expect(frame.lines.count { $0.hasPrefix(">") } == 1)
        #expect(frame.text.contains("HURTING"))
    }

    @Test("a wider screen has more columns and moves none")
    func wider() throws {
        let narrow = TopModel(columns: 80, rows: 24).frame().lines
        let wide = TopModel(columns: 200, rows: 24).frame().lines
        let heading = try #require(narrow.firstIndex { $0.contains("VERDICT") })
        #expect(wide[heading].hasPrefix(narrow[heading]))
        #expect(wide[heading].contains("CPUS") && !narrow[heading].contains("CPUS"))
    }

    @Test("hostile names are shown and never sent")
    func hostile() {
        let text = TopModel(columns: 200, rows: 50).frame().text
        #expect(text.contains("evil\\u{1b}[2J"))
        #expect(!text.contains("\u{1b}"))
        #expect(!text.contains("\u{202e}"))
    }

    @Test("a terminal that knows ASCII alone gets ASCII alone", arguments: views)
    func ascii(_ name: String, _ keys: String) {
        var model = TopModel(columns: 132, rows: 50)
        model.press(keys)
        let frame = model.frame().inASCII
        #expect(frame.text.utf8.allSatisfy { $0 < 0x80 })
        #expect(frame.cells.allSatisfy { row in row.allSatisfy { $0.text.utf8.count == 1 } })
    }
}
