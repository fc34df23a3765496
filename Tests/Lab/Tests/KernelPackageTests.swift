import Lab
import Testing

@Suite struct KernelPackageTests {
    private static let names = [
        "linux-image-6.1.0-9-amd64", "linux-image-6.1.0-56-amd64", "linux-image-6.1.0-57-cloud-amd64",
        "linux-image-6.1.0-57-rt-amd64", "linux-image-6.1.0-57-amd64-unsigned", "linux-image-6.1.0-57-amd64-dbg",
        "linux-image-6.12.107+deb12-amd64", "linux-image-6.12.9+deb12-amd64", "linux-image-6.12.117+deb12-amd64",
        "linux-image-6.12.118+deb12-rt-amd64", "linux-image-6.12-amd64", "linux-image-amd64",
    ]

    @Test(
        "The newest plain kernel of a series is taken, by number and not by letter",
        arguments: [
            (KernelSeries.linux61, "linux-image-6.1.0-56-amd64"), (.linux612, "linux-image-6.12.117+deb12-amd64"),
        ])
    func newest(_ series: KernelSeries, _ name: String) {
        #expect(KernelPackage.newest(of: Self.names, series) == name)
        #expect(KernelPackage.newest(of: Self.names.reversed(), series) == name)
    }

    @Test("Of none there is no newest")
    func none() {
        #expect(KernelPackage.newest(of: [], .linux61) == nil)
        #expect(KernelPackage.newest(of: ["linux-image-6.12-amd64"], .linux612) == nil)
    }

    @Test(
        "A module's own section names what it depends on",
        arguments: [
            ("\0license=GPL\0depends=virtio,virtio_ring\0retpoline=Y\0", ["virtio", "virtio_ring"]),
            ("\0depends=\0name=crc16\0", []),
            ("no such thing: depends=x\0", []),
            ("\0depends=cut", ["cut"]),
        ])
    func dependencies(_ section: String, _ names: [String]) {
        #expect(KernelModules.dependencies(of: Array(section.utf8)) == names)
    }
}
