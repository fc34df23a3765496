import HostReading
import LinuxSystem
import NUMATopology
import SchedDomains
import Testing

/// Real machines: what is derived must be what their kernels built.
@Suite struct CapturedDomainsTests {
    @Test("There are captures to test with")
    func captures() {
        #expect(CapturedMachine.names.count >= 42)
    }

    @Test("With everything readable, the dump is the kernel's and nothing disagrees", arguments: CapturedMachine.names)
    func everythingReadable(_ name: String) throws {
        let machine = try CapturedMachine(name)
        let reading = DomainsReader.read(machine.root)
        let report = DomainReconciliation.reconcile(reading.input, reading.observed)
        #expect(reading.observed.hasSpans && reading.observed.hasDetails)
        #expect(report.disagreements == [])
        #expect(report.inferred == nil)
        expectDump(report.hierarchy, equals: machine.log)
        // Without a configuration levels that no domain shows are assumed: of some kernels the archive keeps the image alone.
        let groups = reading.configPath == nil ? Origin.assumed : .derived
        for cpu in report.hierarchy.online {
            for domain in report.hierarchy.domains(of: cpu) {
                #expect(domain.pattern.origins.span == .observed)
                #expect(domain.pattern.origins.flags == .observed)
                #expect(domain.pattern.origins.groups == groups)
            }
        }
    }

    @Test("Without debugfs and schedstat, the dump is the kernel's", arguments: CapturedMachine.names)
    func unprivileged(_ name: String) throws {
        let machine = try CapturedMachine(name)
        let reading = DomainsReader.read(machine.unprivileged)
        #expect(!reading.observed.hasSpans && !reading.observed.hasDetails)
        let report = DomainReconciliation.reconcile(reading.input, reading.observed)
        expectDump(report.hierarchy, equals: machine.log)
    }

    @Test("Derived without debugfs, every file of debugfs is reproduced", arguments: CapturedMachine.names)
    func details(_ name: String) throws {
        let machine = try CapturedMachine(name)
        let derived = DomainDerivation.derive(DomainsReader.read(machine.unprivileged).input)
        let reading = DomainsReader.read(machine.root)
        let absent = reading.input.machine.possibleCPUs.count - reading.input.machine.onlineCPUs.count
        var compared = 0
        for cpu in derived.online {
            let seen = try #require(reading.observed[cpu])
            let domains = derived.domains(of: cpu)
            try #require(seen.count == domains.count)
            for (domain, kernel) in zip(domains, seen) {
                let pattern = domain.pattern
                #expect(kernel.name == domain.name)
                #expect(kernel.flags == pattern.flags)
                if let groupsFlags = kernel.groupsFlags { #expect(groupsFlags == pattern.groupsFlags) }
                if let level = kernel.levelNumber { #expect(level == pattern.levelNumber) }
                let parameters = try #require(pattern.parameters)
                let interval = try #require(kernel.minIntervalMilliseconds)
                // A CPU that was leaving may still have been counted.
                #expect((0...absent).contains(interval - parameters.minIntervalMilliseconds))
                #expect(kernel.maxIntervalMilliseconds == 2 * interval)
                #expect(kernel.busyFactor == parameters.busyFactor)
                #expect(kernel.imbalancePercent == parameters.imbalancePercent)
                #expect(kernel.cacheNiceTries == parameters.cacheNiceTries)
                compared += 1
            }
        }
        #expect(compared > 0)
    }

    @Test("The kernel's capacities are at most the nominal ones", arguments: CapturedMachine.names)
    func capacities(_ name: String) throws {
        let machine = try CapturedMachine(name)
        let own = KernelDump(DomainDerivation.derive(DomainsReader.read(machine.root).input))
        let kernel = KernelDump(parsing: machine.log)
        let nominal = Dictionary(uniqueKeysWithValues: own.blocks.map { ($0.cpu, $0) })
        for block in kernel.blocks {
            for (seen, expected) in zip(block.domains, nominal[block.cpu]?.domains ?? []) {
                for (left, right) in zip(seen.groups, expected.groups) {
                    #expect((1...(right.capacity ?? 1024)).contains(left.capacity ?? 1024))
                }
            }
        }
    }

    /// Compares the last block of every CPU, and each partition, capacities aside; as values and as text.
    private func expectDump(
        _ hierarchy: DomainHierarchy, equals log: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var damaged = CPUSet()
        let expected = KernelDump(parsing: log, damaged: &damaged).withoutCapacities
        #expect(damaged.isEmpty, sourceLocation: sourceLocation)
        let own = KernelDump(hierarchy).withoutCapacities
        for (left, right) in zip(own.blocks, expected.blocks) {
            #expect(left == right, sourceLocation: sourceLocation)
        }
        #expect(own.text == expected.text, sourceLocation: sourceLocation)
    }
}

extension KernelDump {
    var withoutCapacities: KernelDump {
        var copy = self
        for block in copy.blocks.indices {
            for domain in copy.blocks[block].domains.indices {
                for group in copy.blocks[block].domains[domain].groups.indices {
                    copy.blocks[block].domains[domain].groups[group].capacity = nil
                }
            }
        }
        return copy
    }
}
