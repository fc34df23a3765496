import CNcurses
package import LinuxSystem
package import LiveView

/// The screen of a terminal, by ncurses: what has changed since the last picture is sent, and nothing else.
///
/// There is one in a process, and one thread uses it. As long as it is open the terminal shows its second screen, without
/// cursor and echo; ``close()``, and any end of the process but SIGKILL, leaves the terminal as it was found.
package struct CursesScreen: ~Copyable {
    /// Why there is no screen.
    package enum Failure: Error, Equatable, Sendable {
        /// terminfo has no description of the terminal's type, or one that cannot place the cursor.
        case unknownTerminal
        case system(SystemFailure)
    }

    private let hasColours: Bool
    private let isUnicode: Bool
    /// What a crash writes to the terminal.
    private let restoring: [UInt8]
    private var isOpen = true
    /// What was read too far.
    private var waiting: Read?

    /// Opens the screen.
    ///
    /// - Parameter wantsColours: False under NO_COLOR.
    package init(wantsColours: Bool) throws(Failure) {
        restoring = try Self.start()
        numawatch_screen_prepare()
        isUnicode = numawatch_screen_is_unicode() != 0
        hasColours = wantsColours && numawatch_screen_start_colours() != 0
        numawatch_screen_refresh()
    }

    /// - Returns: What puts the terminal back.
    private static func start() throws(Failure) -> [UInt8] {
        guard numawatch_screen_open() == 0 else { throw .unknownTerminal }
        // The settings to put back are those from before: newterm(3X) has changed them.
        endwin()
        guard !capability(numawatch_screen_place).isEmpty else { throw .unknownTerminal }
        let parts = [
            numawatch_screen_plain, numawatch_screen_cursor, numawatch_screen_keypad_off, numawatch_screen_first,
        ]
        let restoring = Array(parts.flatMap(capability).prefix(255))
        do throws(SystemFailure) {
            try TerminalGuard.set(Terminal.standardOutput, restoring: restoring)
        } catch {
            throw .system(error)
        }
        return restoring
    }

    /// A capability's bytes, without the padding that terminfo writes as `$<5>`; none where the terminal does not have it.
    private static func capability(_ capability: numawatch_screen_capability) -> [UInt8] {
        var bytes: [UInt8] = []
        var isPadding = false
        var index: Int32 = 0
        while let byte = UInt8(exactly: numawatch_screen_capability_byte(capability, index)) {
            index += 1
            if byte == UInt8(ascii: "$") { isPadding = true }
            if !isPadding { bytes.append(byte) }
            if byte == UInt8(ascii: ">") { isPadding = false }
        }
        return bytes
    }

    /// Leaves the terminal as it was found.
    package mutating func close() {
        guard isOpen else { return }
        isOpen = false
        numawatch_screen_end()
        TerminalGuard.release()
    }

    deinit {
        guard isOpen else { return }
        numawatch_screen_end()
        TerminalGuard.release()
    }

    // MARK: Pictures

    package func draw(_ frame: Frame) {
        let frame = isUnicode ? frame : frame.inASCII
        numawatch_screen_erase()
        for (row, cells) in frame.cells.enumerated() {
            var column = 0
            while column < cells.count {
                var end = column
                var text = ""
                while end < cells.count, cells[end].role == cells[column].role {
                    text += cells[end].text
                    end += 1
                }
                style(cells[column].role)
                numawatch_screen_begin_text(Int32(row), Int32(column))
                for byte in text.utf8 { numawatch_screen_add_byte(byte) }
                numawatch_screen_end_text()
                column = end
            }
        }
        numawatch_screen_refresh()
    }

    private func style(_ role: Role) {
        let pair: Int32 =
            switch role {
            case _ where !hasColours: 0
            case .good: 1
            case .warning: 2
            case .bad: 3
            default: 0
            }
        let isBold = role == .heading || role == .bad || role == .warning && !hasColours
        numawatch_screen_style(isBold ? 1 : 0, role == .faint ? 1 : 0, role == .selected ? 1 : 0, pair)
    }

    /// Takes a new size, as ``Terminal/size(_:)`` has it.
    package func resize(columns: Int, rows: Int) { resizeterm(Int32(clamping: rows), Int32(clamping: columns)) }

    /// Gives the terminal to the shell while `body` runs, and takes it back: for Ctrl-Z.
    package func away(_ body: () -> Void) {
        numawatch_screen_end()
        TerminalGuard.release()
        body()
        // A terminal that can no longer be asked is gone, and the next wait for keys tells.
        try? TerminalGuard.set(Terminal.standardOutput, restoring: restoring)
        numawatch_screen_redraw()
        numawatch_screen_refresh()
    }

    // MARK: Keys

    /// The next key; nil where none waits. Keys that mean nothing here are passed over.
    package mutating func key() -> Key? {
        while let read = next() {
            switch read {
            case .character(0x1b):
                if let key = afterEscape() { return key }
            case .character(let code): if let key = Self.key(ofCharacter: code) { return key }
            case .code(let code): if let key = Self.key(ofCode: code) { return key }
            }
        }
        return nil
    }

    /// What ncurses makes of the bytes of a key.
    private enum Read {
        case character(UInt32)
        /// A constant of `KEY_`.
        case code(Int32)
    }

    private mutating func next() -> Read? {
        if let waiting {
            self.waiting = nil
            return waiting
        }
        let key = numawatch_screen_key()
        guard key >= 0 else { return nil }
        return UInt32(exactly: key).map { .character($0) } ?? .code(Int32(truncatingIfNeeded: key))
    }

    /// The key behind an escape character: the key of that name where nothing follows. What follows may be a key that terminfo
    /// does not have for this terminal, and that the terminal sends all the same: a vt100 has no Home.
    private mutating func afterEscape() -> Key? {
        guard let introducer = next() else { return .escape }
        guard case .character(let first) = introducer, first == 0x5b || first == 0x4f else {
            waiting = introducer
            return .escape
        }
        var sequence = ""
        while case .character(let code)? = next(), let scalar = Unicode.Scalar(code), scalar.isASCII {
            sequence.unicodeScalars.append(scalar)
            // The last character of a sequence is one of these.
            if (0x40...0x7e).contains(code) { break }
        }
        return switch sequence {
        case "A": .up
        case "B": .down
        case "C": .right
        case "D": .left
        case "H", "1~", "7~": .home
        case "F", "4~", "8~": .end
        case "5~": .pageUp
        case "6~": .pageDown
        case "Z": .backTab
        default: nil
        }
    }

    private static func key(ofCharacter code: UInt32) -> Key? {
        switch code {
        case 0x0d, 0x0a: .enter
        case 0x1b: .escape
        case 0x08, 0x7f: .backspace
        case 0x09: .tab
        case 0..<0x20: nil
        default: Unicode.Scalar(code).map { .character(Character($0)) }
        }
    }

    private static func key(ofCode code: Int32) -> Key? {
        switch code {
        case KEY_UP: .up
        case KEY_DOWN: .down
        case KEY_LEFT: .left
        case KEY_RIGHT: .right
        case KEY_PPAGE: .pageUp
        case KEY_NPAGE: .pageDown
        case KEY_HOME: .home
        case KEY_END: .end
        case KEY_ENTER: .enter
        case KEY_BACKSPACE: .backspace
        case KEY_BTAB: .backTab
        default: nil
        }
    }
}
