import NUMATopology
import Snapshots
import TextOutput

/// The text of `numawatch nodes --devices`.
struct DevicesReport {
    private let answer: DevicesAnswer

    init(_ answer: DevicesAnswer) {
        self.answer = answer
    }

    /// By node, those whose node is not known last.
    func text(_ output: CommandOutput) -> String {
        guard let devices = answer.devices else {
            return "The PCI bus cannot be read here (“numawatch doctor” says why).\n"
        }
        var table = TableFormatter(
            columns: [.init("NODE", .trailing), .init("KIND"), .init("ADDRESS"), .init("NAMES", isFlexible: true)],
            widthLimit: output.widthLimit)
        let sorted = devices.enumerated().sorted {
            ($0.element.node?.rawValue ?? .max, $0.offset) < ($1.element.node?.rawValue ?? .max, $1.offset)
        }
        for (_, device) in sorted {
            table.add([
                device.node.map(\.description) ?? Quantity.unknown, device.kind.rawValue, device.address,
                device.names.isEmpty ? Quantity.unknown : device.names.joined(separator: " "),
            ])
        }
        return table.render()
    }
}
