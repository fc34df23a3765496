import NUMATopology
import Testing

@testable import SchedDomains

@Suite struct DomainRuleTests {
    @Test(
        "A rule holds from mainline on, and in the stable series it was ported to",
        arguments: [
            (6, 7, 0 as Int?, true), (6, 6, 76, true), (6, 6, 75, false), (6, 6, nil, true), (6, 5, 99, false),
            (7, 3, 4, true),
        ])
    func ported(major: Int, minor: Int, patch: Int?, holds: Bool) {
        #expect(SchedKernelVersion(major, minor, patch).has(.levelNamedPKG) == holds)
    }

    @Test(
        "Where a change was seen is where it holds",
        arguments: [
            (DomainRule.clippedIntervalWeight, 6, 19, 14 as Int?, false), (.clippedIntervalWeight, 7, 0, 0, false),
            (.clippedIntervalWeight, 7, 0, 13, true), (.clippedIntervalWeight, 7, 1, 13, true),
            (.nodesPerPackage, 6, 18, 15, false), (.nodesPerPackage, 6, 19, 14, true),
            (.distancesByBlock, 6, 19, 0, false), (.distancesByBlock, 6, 19, 14, true),
            (.distancesByBlock, 7, 0, 0, false), (.distancesByBlock, 7, 0, nil, true),
            (.asymClearsPreferSibling, 7, 2, 13, true), (.asymClearsPreferSibling, 7, 3, 4, false),
            (.splitLLC, 7, 1, 13, false), (.splitLLC, 7, 2, 13, true),
        ])
    func seen(rule: DomainRule, major: Int, minor: Int, patch: Int?, holds: Bool) {
        #expect(SchedKernelVersion(major, minor, patch).has(rule) == holds)
    }

    @Test(
        "Every rule holds for some kernel and not for some other, and says where that is from",
        arguments: DomainRule.allCases)
    func telling(rule: DomainRule) {
        var seen: Set<Bool> = []
        for (major, minors) in [(5, 4...19), (6, 0...19), (7, 0...3)] {
            for minor in minors { seen.insert(rule.rule.holds(major, minor, 200)) }
        }
        #expect(seen == [true, false])
        #expect(!rule.rule.summary.isEmpty && rule.rule.source.contains("/"))
    }

    @Test(
        "Ranges read as releases",
        arguments: [
            (KernelRange.since(6, 7), "6.7 and later"), (.before(6, 5), "before 6.5"),
            (.stable(6, 6, from: 76), "6.6.76 and later of 6.6"),
            (.from((5, 16), before: (6, 15)), "5.16 to before 6.15"),
            (.stable(6, 19, before: 14), "6.19 to before 6.19.14"),
        ])
    func text(range: KernelRange, expected: String) {
        #expect(range.description == expected)
    }
}
