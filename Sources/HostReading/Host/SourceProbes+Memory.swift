import KernelText
import LinuxSystem
import NUMATopology
import Snapshots

/// Huge pages, memory tiers and devices: what nodes have beyond their `meminfo`.
extension SourceProbes {
    func memorySources() -> [SourceStatus] {
        [
            probe(
                Description(
                    name: "meminfo", path: "/proc/meminfo", purpose: "the default size of huge pages",
                    lost: "the memory that huge pages of numastat -m make up"),
                understand: { bytes throws(KernelTextError) in
                    guard try Meminfo(parsing: bytes).totalBytes != nil else {
                        throw KernelTextError(.meminfo, "MemTotal", at: 0, .missingField)
                    }
                }
            ) { $0.kind == .missing ? "mount proc without subset=pid" : nil },
            probe(
                Description(
                    name: "hugepages", path: "\(NodeMemoryReader.directory(of: nodes.first ?? NodeID(0)))/hugepages",
                    purpose: "huge pages set aside on each node, by size", lost: "huge page pools per node"),
                directories: nodes.map { "\(NodeMemoryReader.directory(of: $0))/hugepages" },
                files: NodeMemoryReader.poolFiles, understand: Self.number
            ) {
                NodeMemoryReader.pageSizeBytes(ofPool: $0) != nil
            } remedy: { _ in
                rebuilt(with: "CONFIG_HUGETLBFS", certain: false)
            },
            probe(
                Description(
                    name: "memory-tiers", path: NodeMemoryReader.tierDirectory,
                    purpose: "which nodes have faster or slower memory",
                    lost: "what can be promoted and demoted; all nodes with CPUs count as the top tier"),
                directories: [NodeMemoryReader.tierDirectory], files: ["nodelist"],
                understand: { bytes throws(KernelTextError) in _ = try CPUList.parse(bytes) }
            ) {
                NodeMemoryReader.tierNumber($0) != nil
            } remedy: { _ in
                "Linux 6.1 or later, built with CONFIG_MIGRATION=y"
            },
            probe(
                Description(
                    name: "demotion", path: NodeMemoryReader.demotionPath,
                    purpose: "whether reclaim moves pages to a slower tier", lost: "whether pages are demoted"),
                understand: { bytes throws(KernelTextError) in
                    _ = try ScalarFile.boolean(bytes, field: "demotion_enabled")
                }
            ) { _ in "Linux 5.15 or later, built with CONFIG_MIGRATION=y" },
            probe(
                Description(
                    name: "zone-reclaim", path: NodeMemoryReader.zoneReclaimPath,
                    purpose: "whether a node is reclaimed before memory of others is taken", lost: "that setting"),
                understand: Self.number
            ) { failure in failure.kind == .missing ? rebuilt(with: "CONFIG_NUMA", certain: true) : nil },
            access(),
            devices(),
        ]
    }

    /// Files in the subdirectories of some directories: the first that fails speaks for the source.
    private func probe(
        _ source: Description, directories: [String], files: [String], understand: @escaping Understanding,
        where isWanted: (String) -> Bool, remedy: (ReadFailure) -> String?
    ) -> SourceStatus {
        var paths: [String] = []
        for directory in directories {
            do {
                for name in try root.list(directory) where isWanted(name) {
                    paths += files.map { "\(directory)/\(name)/\($0)" }
                }
            } catch {
                var listing = source
                listing.path = directory
                return unavailable(listing, error, remedy: remedy(error))
            }
        }
        return probe(source, paths: paths, understand: understand, remedy: remedy)
    }

    /// Firmware need not state it: then there is nothing to be read.
    private func access() -> SourceStatus {
        let directories = nodes.map(NodeMemoryReader.accessDirectory)
        let source = Description(
            name: "node-access", path: directories.first ?? NodeMemoryReader.accessDirectory(of: NodeID(0)),
            purpose: "latency and bandwidth of each node's memory, as the firmware states them",
            lost: "those figures")
        let paths = directories.filter { (try? root.list($0)) != nil }.flatMap { directory in
            NodeMemoryReader.accessFiles.map { "\(directory)/\($0)" }
        }
        guard !paths.isEmpty else {
            return status(
                source, .notApplicable(reason: "the firmware states none (no HMAT), or the kernel does not show it"))
        }
        return probe(source, paths: paths, understand: Self.number) { _ in nil }
    }

    private func devices() -> SourceStatus {
        let source = Description(
            name: "pci-devices", path: DeviceReader.busDirectory, purpose: "which devices are attached to which node",
            lost: "nodes --devices")
        let addresses: [String]
        do {
            addresses = try root.list(DeviceReader.busDirectory)
        } catch {
            return unavailable(source, error, remedy: rebuilt(with: "CONFIG_PCI", certain: false))
        }
        guard !addresses.isEmpty else { return status(source, .readable) }
        let classes = probe(
            source, paths: addresses.map { "\(DeviceReader.busDirectory)/\($0)/class" },
            understand: { bytes throws(KernelTextError) in _ = try DeviceReader.parseClass(bytes) },
            remedy: { _ in nil })
        guard classes.isReadable else { return classes }
        let wanted = (DeviceReader.read(from: root) ?? []).map {
            "\(DeviceReader.busDirectory)/\($0.address)/numa_node"
        }
        guard !wanted.isEmpty else { return classes }
        return probe(
            source, paths: wanted,
            understand: { bytes throws(KernelTextError) in _ = try ScalarFile.signed(bytes, field: "numa_node") }
        ) { failure in failure.kind == .missing ? rebuilt(with: "CONFIG_NUMA", certain: false) : nil }
    }
}
