import KernelText
package import LinuxSystem
import NUMATopology
package import Snapshots

/// Reads which node each network, storage, display and accelerator device is attached to: `/sys/bus/pci/devices/*`, with
/// the names that `/sys/class` and `/sys/block` have for them.
package enum DeviceReader {
    package static let busDirectory = "/sys/bus/pci/devices"
    /// Where devices have names, as directories of links into the device tree.
    package static let classDirectories = [
        "/sys/class/net", "/sys/class/nvme", "/sys/class/infiniband", "/sys/class/drm", "/sys/block",
    ]

    /// The devices, ascending by address; nil where the bus cannot be listed.
    package static func read(from root: any HostRoot) -> [DeviceRecord]? {
        guard let addresses = try? root.list(busDirectory) else { return nil }
        var devices: [DeviceRecord] = []
        for address in addresses {
            guard let code = classCode("\(busDirectory)/\(address)/class", root),
                let kind = DeviceRecord.Kind(classCode: code)
            else { continue }
            var device = DeviceRecord(address: address, kind: kind, classCode: code)
            device.node = node("\(busDirectory)/\(address)/numa_node", root)
            devices.append(device)
        }
        addNames(to: &devices, root)
        return devices
    }

    /// What ``read(from:)`` takes figures from, for a capture: files, and links with their targets, which tell by themselves.
    package static func sources(in root: any HostRoot) -> (files: [String], links: [(path: String, target: String)]) {
        let addresses = (read(from: root) ?? []).map(\.address)
        var files = addresses.flatMap { ["\(busDirectory)/\($0)/class", "\(busDirectory)/\($0)/numa_node"] }
        var links: [(path: String, target: String)] = []
        for directory in classDirectories {
            for name in (try? root.list(directory)) ?? [] where !isConnector(name, of: directory) {
                switch owner(of: "\(directory)/\(name)", root)?.source {
                case .link(let path, let target)?: links.append((path, target))
                case .file(let path)?: files.append(path)
                case nil: break
                }
            }
        }
        return (files, links)
    }

    /// `0x020000`
    static func parseClass(_ bytes: Span<UInt8>) throws(KernelTextError) -> UInt32 {
        let word = ScalarFile.word(bytes)
        guard word.count == 8, word.hasPrefix("0x"), let code = UInt32(word.dropFirst(2), radix: 16) else {
            throw KernelTextError(.scalar, "class", at: 0, .expectedHexadecimal)
        }
        return code
    }

    private static func classCode(_ path: String, _ root: any HostRoot) -> UInt32? {
        try? root.parse(path) { bytes throws(KernelTextError) in try parseClass(bytes) }
    }

    /// -1 stands for a device of which the firmware does not say it.
    private static func node(_ path: String, _ root: any HostRoot) -> NodeID? {
        let number = try? root.parse(path) { bytes throws(KernelTextError) in
            try ScalarFile.signed(bytes, field: "numa_node")
        }
        return number.flatMap { Int(exactly: $0) }.flatMap(NodeMemoryReader.node)
    }

    // MARK: Names

    private static func addNames(to devices: inout [DeviceRecord], _ root: any HostRoot) {
        guard !devices.isEmpty else { return }
        var names: [String: Set<String>] = [:]
        for directory in classDirectories {
            for name in (try? root.list(directory)) ?? [] where !isConnector(name, of: directory) {
                if let owner = owner(of: "\(directory)/\(name)", root) {
                    names[owner.address, default: []].insert(name)
                }
            }
        }
        for index in devices.indices {
            devices[index].names = (names[devices[index].address] ?? []).sorted()
        }
    }

    /// `card0-DP-1` under `drm`: an outlet of a card, not a device.
    private static func isConnector(_ name: String, of directory: String) -> Bool {
        directory.hasSuffix("/drm") && name.contains("-")
    }

    /// The device behind a name, and what told it.
    private struct Owner {
        enum Source {
            case link(path: String, target: String)
            case file(path: String)
        }

        var address: String
        var source: Source
    }

    /// The device behind a name: the last address in the path that its link, or its `device` link, names.
    ///
    /// Sample: `eth0` links to `../../devices/pci0000:00/0000:00:03.0/virtio1/net/eth0`.
    private static func owner(of path: String, _ root: any HostRoot) -> Owner? {
        for link in [path, "\(path)/device"] {
            guard let target = try? root.linkTarget(link) else { continue }
            if let address = target.split(separator: "/").last(where: isAddress) {
                return Owner(address: String(address), source: .link(path: link, target: target))
            }
        }
        // A copy may hold the device's files in the place of links.
        let file = "\(path)/device/uevent"
        let line = (try? root.readText(file, limitBytes: 1 << 16))?.split(separator: "\n")
            .first { $0.hasPrefix("PCI_SLOT_NAME=") }
        return line.map { Owner(address: String($0.dropFirst("PCI_SLOT_NAME=".count)), source: .file(path: file)) }
    }

    /// Whether a word is `<domain>:<bus>:<device>.<function>`.
    static func isAddress(_ word: Substring) -> Bool {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count >= 4, parts[1].count == 2 else { return false }
        let place = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard place.count == 2, place[0].count == 2, place[1].count == 1 else { return false }
        return (parts.prefix(2) + place).allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
