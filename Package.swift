// swift-tools-version: 6.3

import PackageDescription

/// Every target is compiled the same way: Swift 6 mode, strict memory safety, every warning an error, and the
/// language of the next major version switched on now, so that nothing has to be rewritten when it becomes the default.
let houseSettings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
    .enableUpcomingFeature("InferIsolatedConformances"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0481-weak-let.md
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// How the programs that are installed are linked: libstdc++, which the Swift runtime uses, is linked into them like the
/// runtime itself (the directory holds what the linker finds in place of the shared one), and the libraries that only tracing
/// needs, which pkg-config asks for together with their headers, are left out. lld understands both. What remains is in
/// scripts/packages.txt, group runtime.
let installedLinking: [LinkerSetting] = [
    .unsafeFlags([
        "-use-ld=lld", "-L\(Context.packageDirectory)/scripts/linking",
        "-Xlinker", "--remap-inputs=*/libtrace*.so=/dev/null",
    ])
]

/// How programs that stay in memory are linked. Their symbols need not be visible to libraries, and position-independent
/// data needs one bit instead of 24 bytes of relocation for each pointer: together 2.1 MB less resident (of 17.4 MB,
/// Swift 6.3.1, x86-64). The second needs lld, which comes with Swift, and glibc 2.36, which Debian 12 has.
let leanLinking: [LinkerSetting] = [
    .unsafeFlags([
        "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
    ])
]

let package = Package(
    name: "numawatch",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        // The lab's alone. Without its traits it does without Foundation.
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CNuma", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(
            name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev", "zlib1g-dev"])]),
        .systemLibrary(
            name: "CTraceFS", pkgConfig: "libtracefs", providers: [.apt(["libtracefs-dev", "libtraceevent-dev"])]),
        // Without pkg-config: what it says beside the library's name are macros, which a package may not define.
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CLinuxShims"),
        .target(
            name: "LinuxSystem",
            dependencies: [
                "CNuma", "CSystemd", "CTraceFS", "CSQLite", "CLinuxShims",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "LinuxSystemTests",
            dependencies: ["FixtureSupport", "LinuxSystem", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .target(
            name: "ArchiveFiles",
            dependencies: ["CArchive", "LinuxSystem", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .testTarget(
            name: "ArchiveFilesTests",
            dependencies: [
                "ArchiveFiles", "FixtureSupport", "LinuxSystem",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "FixtureSupport",
            dependencies: [
                "LinuxSystem", "TaskIterator", "TextOutput",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/Support"),
        .target(name: "TextOutput"),
        .testTarget(name: "TextOutputTests", dependencies: ["TextOutput"]),
        .target(name: "Drawing", dependencies: ["TextOutput"]),
        .testTarget(name: "DrawingTests", dependencies: ["Drawing", "FixtureSupport"]),
        .target(name: "KernelText"),
        .testTarget(name: "KernelTextTests", dependencies: ["FixtureSupport", "KernelText", "LinuxSystem"]),
        .target(name: "NUMATopology"),
        .testTarget(name: "NUMATopologyTests", dependencies: ["FixtureSupport", "NUMATopology"]),
        .target(name: "SchedDomains", dependencies: ["NUMATopology"]),
        .testTarget(name: "SchedDomainsTests", dependencies: ["FixtureSupport", "NUMATopology", "SchedDomains"]),
        .target(name: "BalancingModel", dependencies: ["NUMATopology"]),
        .testTarget(name: "BalancingModelTests", dependencies: ["BalancingModel", "FixtureSupport", "NUMATopology"]),
        .target(
            name: "Tracing",
            dependencies: [
                "BalancingModel", "KernelText", "LinuxSystem", "NUMATopology",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "TracingTests",
            dependencies: ["BalancingModel", "FixtureSupport", "KernelText", "LinuxSystem", "Tracing"]),
        .target(
            name: "TaskIterator",
            dependencies: ["KernelText", "LinuxSystem", .product(name: "SystemPackage", package: "swift-system")]),
        .testTarget(
            name: "TaskIteratorTests",
            dependencies: [
                "FixtureSupport", "KernelText", "LinuxSystem", "TaskIterator",
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .target(name: "Snapshots", dependencies: ["BalancingModel", "NUMATopology", "SchedDomains"]),
        .testTarget(name: "SnapshotsTests", dependencies: ["FixtureSupport", "NUMATopology", "Snapshots"]),
        .target(name: "Verdicts", dependencies: ["BalancingModel", "NUMATopology", "SchedDomains", "Snapshots"]),
        .testTarget(
            name: "VerdictsTests",
            dependencies: ["BalancingModel", "NUMATopology", "SchedDomains", "Snapshots", "Verdicts"]),
        .target(name: "History", dependencies: ["BalancingModel", "NUMATopology", "Snapshots"]),
        .target(
            name: "HistoryFiles",
            dependencies: ["History", "LinuxSystem", "NUMATopology"]),
        // Not installed: writes a history until a test kills it.
        .executableTarget(
            name: "numawatch-history-writer", dependencies: ["History", "HistoryFiles", "LinuxSystem", "NUMATopology"],
            path: "Tests/HistoryWriter"),
        .testTarget(
            name: "HistoryTests",
            dependencies: [
                "numawatch-history-writer",
                "BalancingModel", "FixtureSupport", "History", "HistoryFiles", "LinuxSystem", "NUMATopology",
                "Snapshots",
            ]),
        .target(
            name: "HostReading",
            dependencies: [
                "BalancingModel", "KernelText", "LinuxSystem", "NUMATopology", "SchedDomains", "Snapshots",
                "TaskIterator",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "HostReadingTests",
            dependencies: [
                "BalancingModel", "FixtureSupport", "HostReading", "KernelText", "LinuxSystem", "NUMATopology",
                "SchedDomains", "Snapshots",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "DomainReports",
            dependencies: [
                "Drawing", "Exposition", "HostReading", "KernelText", "LinuxSystem", "NUMATopology", "Report",
                "SchedDomains", "Snapshots", "TextOutput",
            ]
        ),
        .testTarget(
            name: "DomainReportsTests",
            dependencies: [
                "DomainReports", "HostReading", "LinuxSystem", "NUMATopology", "SchedDomains",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "Sampling",
            dependencies: [
                "BalancingModel", "HostReading", "KernelText", "LinuxSystem", "NUMATopology", "SchedDomains",
                "Snapshots", "TaskIterator", "Verdicts",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "SamplingTests",
            dependencies: [
                "BalancingModel", "FixtureSupport", "HostReading", "KernelText", "LinuxSystem", "NUMATopology",
                "Sampling", "SchedDomains", "Snapshots", "TaskIterator", "TraceReplay", "Tracing",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "Insight", dependencies: ["BalancingModel", "NUMATopology", "Snapshots", "TextOutput", "Tracing"]),
        .testTarget(
            name: "InsightTests",
            dependencies: ["BalancingModel", "Insight", "NUMATopology", "Snapshots", "TextOutput", "Tracing"]),
        .target(
            name: "TraceReplay",
            dependencies: [
                "ArchiveFiles", "BalancingModel", "HostReading", "Insight", "LinuxSystem", "TextOutput", "Tracing",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "TraceReplayTests",
            dependencies: [
                "BalancingModel", "FixtureSupport", "HostReading", "Insight", "LinuxSystem", "Snapshots", "TextOutput",
                "TraceReplay", "Tracing",
            ],
            exclude: ["Golden"]
        ),
        .target(
            name: "Exposition",
            dependencies: [
                "BalancingModel", "History", "Insight", "NUMATopology", "SchedDomains", "Snapshots", "TextOutput",
                "Verdicts",
            ]),
        .testTarget(
            name: "ExpositionTests",
            dependencies: [
                "BalancingModel", "Exposition", "FixtureSupport", "Insight", "NUMATopology", "SchedDomains",
                "Snapshots", "TextOutput",
            ],
            exclude: ["Golden", "Releases"]),
        .target(name: "Comparison", dependencies: ["History", "NUMATopology", "Snapshots", "TextOutput"]),
        .testTarget(
            name: "ComparisonTests",
            dependencies: [
                "Comparison", "FixtureSupport", "History", "NUMATopology", "RecordedRounds", "Snapshots", "TextOutput",
            ]),
        .target(
            name: "Report",
            dependencies: [
                "Comparison", "Drawing", "Exposition", "History", "NUMATopology", "SchedDomains", "Snapshots",
                "TextOutput",
            ]),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "Comparison", "Drawing", "FixtureSupport", "History", "LinuxSystem", "LiveView", "NUMATopology",
                "RecordedRounds", "Report", "SchedDomains", "Snapshots", "TextOutput",
            ],
            exclude: ["Golden"]),
        .target(
            name: "LiveView",
            dependencies: ["BalancingModel", "History", "NUMATopology", "SchedDomains", "Snapshots", "TextOutput"]),
        .testTarget(
            name: "LiveViewTests",
            dependencies: [
                "FixtureSupport", "LinuxSystem", "LiveView", "RecordedRounds", "Snapshots", "TextOutput",
            ],
            exclude: ["Golden"]),
        // A host whose rounds are always the same, for the tests of "numawatch top", and a daemon that has nothing else.
        .target(
            name: "RecordedRounds",
            dependencies: [
                "BalancingModel", "Comparison", "Drawing", "Exposition", "FixtureSupport", "History", "LiveView",
                "NUMATopology", "Report", "SchedDomains", "Snapshots",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/RecordedRounds"),
        .target(name: "TerminalScreen", dependencies: ["CNcurses", "LinuxSystem", "LiveView"]),
        .target(
            name: "Server",
            dependencies: [
                "Exposition", "LinuxSystem", "Snapshots",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Exposition", "FixtureSupport", "LinuxSystem", "NUMATopology", "Server", "Snapshots", "TextOutput",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .target(
            name: "DaemonRuntime",
            dependencies: [
                "BalancingModel", "Exposition", "History", "HistoryFiles", "HostReading", "Insight", "LinuxSystem",
                "NUMATopology", "Sampling",
                "SchedDomains", "Server", "Snapshots", "TextOutput", "Tracing", "Verdicts",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "DaemonRuntimeTests",
            dependencies: [
                "BalancingModel", "DaemonRuntime", "FixtureSupport", "Insight", "LinuxSystem", "NUMATopology",
                "SchedDomains", "Server",
                "Snapshots", "Tracing",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "Commands",
            dependencies: [
                "ArchiveFiles", "BalancingModel", "Comparison", "DomainReports", "Drawing", "Exposition", "History",
                "HistoryFiles", "HostReading", "Insight", "KernelText", "LinuxSystem", "LiveView", "NUMATopology",
                "Report", "Sampling", "SchedDomains", "Snapshots", "TerminalScreen", "TextOutput", "TraceReplay",
                "Tracing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "ArchiveFiles", "Commands", "Comparison", "DomainReports", "Exposition", "FixtureSupport",
                "History", "LinuxSystem", "LiveView", "NUMATopology", "RecordedRounds", "Report", "Snapshots",
                "TextOutput",
                "Tracing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], exclude: ["Golden"]),
        // Manual pages, the journal's catalogue, completions.
        .target(
            name: "Manuals",
            dependencies: [
                "Commands", "DaemonRuntime", "Exposition", "LinuxSystem", "Server", "Snapshots", "TaskIterator",
                "TextOutput",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(
            name: "ManualsTests",
            dependencies: ["DaemonRuntime", "Exposition", "FixtureSupport", "LinuxSystem", "Manuals", "TextOutput"]),
        // What every part takes from outside, at its extremes.
        .testTarget(
            name: "ExtremesTests",
            dependencies: [
                "BalancingModel", "Commands", "DaemonRuntime", "DomainReports", "Exposition", "FixtureSupport",
                "HostReading", "Insight", "LinuxSystem", "Sampling", "Snapshots", "TextOutput", "TraceReplay",
                "Tracing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "numawatchd", dependencies: ["DaemonRuntime"], linkerSettings: installedLinking + leanLinking),
        .executableTarget(
            name: "numawatch-iterator", dependencies: ["Exposition", "TaskIterator"], linkerSettings: installedLinking),
        .executableTarget(name: "numawatch", dependencies: ["Commands"], linkerSettings: installedLinking),
        // Not installed: writes what scripts/install.sh installs beside the programs.
        .executableTarget(
            name: "numawatch-manuals", dependencies: ["Exposition", "LinuxSystem", "Manuals"],
            linkerSettings: installedLinking),
        // Not installed: "make bench".
        .executableTarget(
            name: "numawatch-bench",
            dependencies: [
                "BalancingModel", "Exposition", "History", "HistoryFiles", "HostReading", "KernelText", "LinuxSystem",
                "NUMATopology", "Sampling",
                "SchedDomains", "Snapshots", "TextOutput", "Tracing", "Verdicts",
            ]
        ),
        // Not installed: what the guests of the lab run.
        .executableTarget(
            name: "numawatch-workload", path: "Tests/Lab/Workloads", linkerSettings: [.linkedLibrary("numa")]),
        .testTarget(name: "BenchTests", dependencies: ["HostReading", "SchedDomains", "numawatch-bench"]),
        // Not installed: "make lab".
        .target(
            name: "Lab",
            dependencies: [
                "ArchiveFiles", "BalancingModel", "FixtureSupport", "HostReading", "Insight", "KernelText",
                "LinuxSystem",
                "NUMATopology", "SchedDomains", "TaskIterator", "TextOutput", "Tracing",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/Lab/Support"),
        .executableTarget(
            name: "numawatch-lab",
            dependencies: [
                "Lab", "LinuxSystem", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Lab/Program"),
        .testTarget(
            name: "LabTests", dependencies: ["FixtureSupport", "Lab", "LinuxSystem", "NUMATopology", "TextOutput"],
            path: "Tests/Lab/Tests"),
        // Not installed: what users of the host may try, run against a daemon by the tests.
        .executableTarget(name: "numawatch-attack", path: "Tests/Attacks"),
        .testTarget(
            name: "PackagingTests",
            dependencies: [
                "RecordedRounds", "Report", "numawatch", "numawatch-attack", "numawatch-iterator", "numawatch-manuals",
                "numawatchd",
            ], exclude: ["Accessibility.js"]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = houseSettings + (target.swiftSettings ?? [])
}
