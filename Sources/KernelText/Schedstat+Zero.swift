extension Schedstat.BalanceCounters {
    /// Nothing counted yet, as after a rebuild.
    package static let zero = Schedstat.BalanceCounters(
        attempts: 0, foundBalanced: 0, failed: 0, imbalanceLoad: 0, imbalanceUtilisation: nil, imbalanceTasks: nil,
        imbalanceMisfit: nil, gained: 0, hotGained: 0, noBusyQueue: 0, noBusyGroup: 0)
}

extension Schedstat.DomainCounters {
    /// Nothing counted yet, as after a rebuild.
    package static let zero = Schedstat.DomainCounters(
        busy: .zero, idle: .zero, newlyIdle: .zero, activeBalanceAttempts: 0, activeBalanceFailed: 0,
        activeBalancePushed: 0, wakeupRemote: 0, wakeupMovedAffine: 0, wakeupMovedBalance: 0)
}
