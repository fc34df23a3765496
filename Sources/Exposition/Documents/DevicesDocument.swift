import NUMATopology
import Snapshots
import TextOutput

/// `/v1/devices`: which node each device is attached to.
enum DevicesDocument {
    static let schema = Schema.object(
        RoundHeader.fields + [
            .provenance,
            .optional(
                "devices",
                .array(
                    of: .object([
                        .required("address", .string, "Its address on the PCI bus."),
                        .required(
                            "kind", .choice(DeviceRecord.Kind.allCases.map(\.rawValue)), "What it is, by its PCI class."
                        ),
                        .required("class", .string, "Its PCI class: base, subclass, programming interface."),
                        .optional("numa_node", .integer, "Its node; absent where the firmware does not say."),
                        .optional(
                            "names", .array(of: .string),
                            "What it is called under /sys/class and /sys/block; absent where nothing names it."),
                    ])), "Network, storage, display and accelerator devices; absent where the bus cannot be read."),
        ])

    static func write(_ snapshot: HostSnapshot, nowNanoseconds: UInt64, into json: inout JSONWriter) {
        RoundHeader.write(snapshot, nowNanoseconds: nowNanoseconds, into: &json)
        json.member("provenance", .kernel)
        guard let devices = snapshot.devices else { return }
        json.array("devices") { json in
            for device in devices {
                json.object { json in
                    json.member("address", device.address)
                    json.member("kind", device.kind.rawValue)
                    let digits = String(device.classCode, radix: 16)
                    json.member("class", "0x" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
                    json.member(ifPresent: "numa_node", device.node?.rawValue)
                    guard !device.names.isEmpty else { return }
                    json.array("names") { json in
                        for name in device.names { json.value(name) }
                    }
                }
            }
        }
    }
}
