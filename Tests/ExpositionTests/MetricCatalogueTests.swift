import Exposition
import Testing

@Suite("The catalogue of metrics keeps the Prometheus rules")
struct MetricCatalogueTests {
    private static let families = MetricCatalogue.standard(version: "1.2.3").families

    @Test("names begin with the prefix, hold lower-case words only, and end as their kind wants", arguments: families)
    func name(_ family: MetricFamily) {
        #expect(family.name.hasPrefix("numawatch_"))
        #expect(family.name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 >= 0x61 && $0 <= 0x7a })
        #expect(!family.name.contains("__"))
        #expect(family.name.hasSuffix("_total") == (family.kind == .counter))
        #expect(family.name.hasSuffix("_info") == (family.kind == .info))
        for ending in ["_count", "_sum", "_bucket", "_created"] {
            #expect(!family.openMetricsName.hasSuffix(ending))
        }
    }

    @Test("a unit is a base unit and ends the name", arguments: families)
    func unit(_ family: MetricFamily) {
        if let unit = family.unit {
            #expect(family.openMetricsName.hasSuffix("_" + unit.rawValue))
        } else {
            for unit in MetricFamily.Unit.allCases where unit != .pages {
                #expect(!family.openMetricsName.hasSuffix("_" + unit.rawValue))
            }
        }
        for word in ["milliseconds", "ms", "kilobytes", "kb", "mb", "percent", "minutes"] {
            #expect(!family.name.split(separator: "_").contains(Substring(word)))
        }
    }

    @Test("help is one paragraph and says where the figures come from", arguments: families)
    func help(_ family: MetricFamily) {
        #expect(family.help.hasSuffix("."))
        #expect(!family.help.contains("\n"))
        #expect(family.helpText.hasSuffix(" Provenance: \(family.provenance)."))
    }

    @Test("labels are from the agreed set, and none is a pid", arguments: families)
    func labels(_ family: MetricFamily) {
        let agreed: Set = [
            "numa_node", "to_numa_node", "group", "class", "policy", "page_size", "tier", "kind", "mode", "source",
            "version", "release", "level", "idle", "part", "check", "rule", "outcome", "place", "faults", "quantity",
            "standing", "scope", "title", "owner_uid", "engine", "container", "pod_uid", "job", "counter", "address",
            "device", "state", "verdict", "bound", "detection", "cache",
        ]
        #expect(agreed.isSuperset(of: family.labels))
        #expect(Set(family.labels).count == family.labels.count)
    }
}
