/// The line that is typed at the bottom.
extension TopModel {
    /// More would not be seen, nor meant.
    private static let longestText = 200

    mutating func type(_ key: Key) -> [Effect] {
        guard var typed = prompt else { return [] }
        switch key {
        case .escape: prompt = nil
        case .backspace:
            if typed.text.isEmpty {
                prompt = nil
            } else {
                typed.text.removeLast()
                prompt = typed
            }
        case .character(let character) where typed.text.count < Self.longestText:
            typed.text.append(character)
            prompt = typed
        case .enter:
            prompt = nil
            return finish(typed)
        default: break
        }
        return []
    }

    private mutating func finish(_ typed: Prompt) -> [Effect] {
        let before = settings
        switch typed.purpose {
        case .search:
            if !typed.text.isEmpty { searched = typed.text }
            return perform(.searchNext)
        case .jump: return jump(to: typed.text)
        case .filter:
            if (try? Regex(typed.text)) != nil || typed.text.isEmpty {
                settings.filter = typed.text
            } else {
                note = "“\(typed.text)” is no regular expression."
            }
        case .sort: sort(by: typed.text)
        }
        return before == settings ? [] : [.remember(settings)]
    }

    /// By the column whose title begins so; by none for nothing.
    private mutating func sort(by text: String) {
        guard !text.isEmpty else {
            settings.orders[view.name] = nil
            return
        }
        let titles = list(of: view)?.headings.map(\.title) ?? []
        let wanted = text.uppercased()
        guard
            let title = titles.first(where: { $0.uppercased() == wanted })
                ?? titles.first(where: { $0.uppercased().hasPrefix(wanted) })
        else {
            note = "There is no column “\(text)”: " + titles.joined(separator: ", ")
            return
        }
        settings.orders[view.name] = TopSettings.Order(title: title)
    }
}
