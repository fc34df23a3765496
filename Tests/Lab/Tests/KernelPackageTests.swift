import FixtureSupport
import Lab
import Testing

@Suite struct KernelPackageTests {
    private static let names = [
        "linux-image-6.1.0-9-amd64", "linux-image-6.1.0-56-amd64", "linux-image-6.1.0-57-cloud-amd64",
        "linux-image-6.1.0-57-rt-amd64", "linux-image-6.1.0-57-amd64-unsigned", "linux-image-6.1.0-57-amd64-dbg",
        "linux-image-6.12.107+deb12-amd64", "linux-image-6.12.9+deb12-amd64", "linux-image-6.12.117+deb12-amd64",
        "linux-image-6.1.0-0.deb11.52-amd64", "linux-image-6.19.14+deb13-amd64", "linux-image-6.19.8+deb13-amd64",
        "linux-image-6.12.118+deb12-rt-amd64", "linux-image-6.12-amd64", "linux-image-amd64",
        "linux-image-6.12.118+deb13-arm64", "linux-image-6.12.118+deb13-arm64-16k", "linux-image-6.12-arm64",
    ]

    @Test(
        "The newest plain kernel of a series is taken, by number and not by letter",
        arguments: [
            (KernelSeries.linux61, "linux-image-6.1.0-56-amd64"), (.linux612, "linux-image-6.12.117+deb12-amd64"),
            (.linux619, "linux-image-6.19.14+deb13-amd64"),
        ])
    func newest(_ series: KernelSeries, _ name: String) {
        #expect(KernelPackage.newest(of: Self.names, series) == name)
        #expect(KernelPackage.newest(of: Self.names.reversed(), series) == name)
    }

    @Test("Of another architecture its own kernels are taken, and its release says which it is")
    func foreign() {
        let name = KernelPackage.newest(of: Self.names, .linux612, .arm64)
        #expect(name == "linux-image-6.12.118+deb13-arm64")
        #expect(KernelPackage.newest(of: Self.names, .linux61, .arm64) == nil)
        let package = KernelPackage(series: .linux612, release: "6.12.118+deb13-arm64", directory: "/nonexistent")
        #expect(package.architecture == .arm64)
        #expect(LabKernel(release: package.release) == LabKernel(.linux612, .arm64))
        #expect(LabKernel.all.allSatisfy { LabKernel(release: $0.name) == $0 })
    }

    @Test("Of none there is no newest")
    func none() {
        #expect(KernelPackage.newest(of: [], .linux61) == nil)
        #expect(KernelPackage.newest(of: ["linux-image-6.12-amd64"], .linux612) == nil)
    }

    @Test("A kernel is one package, or those of its parts that the archive still has")
    func parts() {
        let names: Set = [
            "linux-image-6.18.15+deb13-amd64", "linux-image-6.19.14+deb13-amd64", "linux-binary-6.19.14+deb13-amd64",
            "linux-image-7.3.4+deb13-amd64", "linux-binary-7.3.4+deb13-amd64", "linux-base-7.3.4+deb13-amd64",
            "linux-modules-7.3.4+deb13-amd64",
        ]
        #expect(KernelArchive.parts(of: "6.18.15+deb13-amd64", in: names) == ["linux-image-6.18.15+deb13-amd64"])
        #expect(KernelArchive.parts(of: "6.19.14+deb13-amd64", in: names) == ["linux-binary-6.19.14+deb13-amd64"])
        #expect(
            KernelArchive.parts(of: "7.3.4+deb13-amd64", in: names) == [
                "linux-binary-7.3.4+deb13-amd64", "linux-base-7.3.4+deb13-amd64", "linux-modules-7.3.4+deb13-amd64",
            ])
    }

    @Test("The mirrors are those that the host's apt has Debian from, the first of each archive")
    func mirrors() {
        let mirrors = KernelArchive.mirrors(
            """
            Debian Debian http://mirror.example/debian/
            Debian Debian http://mirror.example/debian/
            Debian Debian-Security http://security.example/debian-security/
            Other Debian http://other.example/
              http://unknown.example/

            """)
        #expect(
            mirrors == [
                "Debian": "http://mirror.example/debian/",
                "Debian-Security": "http://security.example/debian-security/",
            ])
        let text = KernelArchive.sourcesText(mirrors)
        #expect(text.contains("URIs: http://mirror.example/debian/\nSuites: bookworm bookworm-backports trixie "))
        #expect(text.contains("URIs: http://security.example/debian-security/\nSuites: bullseye-security "))
    }

    @Test("An archive that the host has no mirror of is left out")
    func noMirror() {
        let text = KernelArchive.sourcesText(["Debian": "http://mirror.example/"])
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("URIs:") } == ["URIs: http://mirror.example/"])
    }

    @Test(
        "Where a kernel's files lie is seen in what was unpacked",
        arguments: [
            (["boot/vmlinuz-7.0.1", "boot/config-7.0.1"], "/boot/config-7.0.1", false),
            (["boot/vmlinuz-7.0.1"], nil, false),
            (["boot/vmlinuz-7.0.1", "boot/config-7.0.1", "lib/modules/7.0.1/kernel/x.ko"], "/boot/config-7.0.1", true),
            (
                ["usr/lib/modules/7.0.1/vmlinuz", "usr/lib/modules/7.0.1/config", "usr/lib/modules/7.0.1/kernel/x.ko"],
                "/usr/lib/modules/7.0.1/config", true
            ),
        ] as [([String], String?, Bool)])
    func places(_ files: [String], _ config: String?, _ hasModules: Bool) async throws {
        let directory = try TemporaryDirectory.make()
        for file in files {
            let parent = file.split(separator: "/").dropLast().joined(separator: "/")
            try await HostFiles.makeDirectory("\(directory)/\(parent)")
            try HostFiles.write([], to: "\(directory)/\(file)")
        }
        let package = KernelPackage(series: .linux70, release: "7.0.1", directory: directory)
        #expect(package.imagePath == "\(directory)/\(files[0])")
        #expect(package.configPath == config)
        #expect(package.hasModules == hasModules)
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
