import ArchiveFiles

/// The modules of an unpacked kernel package, in the order in which they have to be loaded.
///
/// The package has no `modules.dep`: depmod(8) writes that when it is installed. Every module names those it needs in
/// its own `.modinfo` section (`depends=virtio,virtio_ring`, each string ended by a zero byte), which is enough here.
package struct KernelModules {
    /// One module, unpacked.
    package struct Module: Sendable, Hashable {
        package var name: String
        package var bytes: [UInt8]
    }

    /// Files by the module's name.
    private var paths: [String: String] = [:]

    package init(of package: KernelPackage) async throws(LabFailure) {
        let found = try await HostCommand.succeed("find", [package.directory, "-name", "*.ko*", "-type", "f"])
        for path in found.text.split(separator: "\n") {
            guard let file = path.split(separator: "/").last, let end = file.firstRange(of: ".ko") else { continue }
            paths[Self.normalised(file[..<end.lowerBound])] = String(path)
        }
    }

    /// Modules and all they need, each after those it needs. What is not there as a module is built into the kernel.
    package func loadOrder(of names: [String]) throws(LabFailure) -> [Module] {
        var order: [Module] = []
        for name in names { try add(name, to: &order) }
        return order
    }

    private func add(_ name: String, to order: inout [Module]) throws(LabFailure) {
        let name = Self.normalised(name[...])
        guard !order.contains(where: { $0.name == name }), let path = paths[name] else { return }
        let bytes = try Self.unpacked(path)
        for needed in Self.dependencies(of: bytes) { try add(needed, to: &order) }
        order.append(Module(name: name, bytes: bytes))
    }

    /// What a module's `.modinfo` says it depends on.
    package static func dependencies(of bytes: [UInt8]) -> [String] {
        guard let range = bytes.firstRange(of: Array("\0depends=".utf8)) else { return [] }
        let list = bytes[range.upperBound...].prefix { $0 != 0 }
        return String(decoding: list, as: UTF8.self).split(separator: ",").map(String.init)
    }

    /// A module's file may be compressed, the kernel takes it plain.
    private static func unpacked(_ path: String) throws(LabFailure) -> [UInt8] {
        do {
            let stream = try ByteStream(path: path)
            var bytes: [UInt8] = []
            var block: [UInt8] = []
            while try stream.read(into: &block) { bytes += block }
            return bytes
        } catch {
            throw LabFailure("read the kernel module \(path)", "\(error)")
        }
    }

    /// The file's name may have dashes where the module's has underscores.
    private static func normalised(_ name: Substring) -> String { String(name.map { $0 == "-" ? "_" : $0 }) }
}
