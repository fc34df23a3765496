import TextOutput

/// The text of `numawatch nodes --devices`.
struct DevicesReport {
    private let document: DevicesDocument

    init(_ document: DevicesDocument) {
        self.document = document
    }

    /// By node, those whose node is not known last.
    func text(_ output: CommandOutput) -> String {
        guard let devices = document.devices else {
            return "The PCI bus cannot be read here (“numawatch doctor” says why).\n"
        }
        var table = TableFormatter(
            columns: [.init("NODE", .trailing), .init("KIND"), .init("ADDRESS"), .init("NAMES", isFlexible: true)],
            widthLimit: output.widthLimit)
        let sorted = devices.enumerated().sorted {
            ($0.element.numaNode ?? .max, $0.offset) < ($1.element.numaNode ?? .max, $1.offset)
        }
        for (_, device) in sorted {
            table.add([
                device.numaNode.map(String.init) ?? Quantity.unknown, device.kind, device.address,
                device.names?.joined(separator: " ") ?? Quantity.unknown,
            ])
        }
        return table.render()
    }
}
