import NUMATopology
import Snapshots

extension MetricCatalogue {
    /// Which node devices are attached to, to be joined with what other exporters say of them by name.
    static let deviceFamilies: [MetricFamily] = [
        MetricFamily(
            "numawatch_device_info", .info,
            "A network, storage, display or accelerator device, once for each of its names, and its node; without that where "
                + "the firmware does not state it. Source: /sys/bus/pci/devices.",
            labels: ["address", "kind", "device", "numa_node"],
            from: .host { snapshot, samples in
                for device in snapshot.devices ?? [] {
                    let names: [String?] = device.names.isEmpty ? [nil] : device.names
                    for name in names {
                        samples.put(
                            1, .text(device.address), .text(device.kind.rawValue), name.map { .text($0) },
                            device.node.map { .number($0.rawValue) })
                    }
                }
            })
    ]
}
