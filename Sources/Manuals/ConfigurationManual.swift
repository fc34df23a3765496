import DaemonRuntime

/// numawatchd.conf(5), from the table of keys.
enum ConfigurationManual {
    static var page: ManualPage {
        var page = ManualPage("numawatchd.conf", section: 5, "configuration of numawatchd")
        page.add(
            .section("SYNOPSIS"), .paragraph("/etc/numawatch/numawatchd.conf"),
            .paragraph("/etc/numawatch/numawatchd.conf.d/*.conf"), .section("DESCRIPTION"))
        page.add(ConfigurationTable.plainRules.map { .paragraph($0) })
        for section in ConfigurationTable.sectionNames {
            page.add(.section("[\(section)]"))
            for key in ConfigurationTable.keys where key.section == section {
                let type = key.unit.isEmpty ? key.typeName : "\(key.typeName) (\(key.unit))"
                let initial = key.defaultValue.isEmpty ? "empty" : key.defaultValue
                page.add(
                    .term(
                        "\(key.name)=",
                        "\(key.summary) Type: \(type); \(key.range). Default: \(initial). Applies "
                            + "\(key.takesEffect.rawValue)."))
            }
        }
        page.add(
            .section("EXAMPLES"),
            .example("# /etc/numawatch/numawatchd.conf.d/50-local.conf\n[Sampling]\nPlacementInterval=5min"),
            .example("numawatchd --check-config && systemctl reload numawatchd"))
        page.seeAlso(ManualFiles.references)
        return page
    }
}
