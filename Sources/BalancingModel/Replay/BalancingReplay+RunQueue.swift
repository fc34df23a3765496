/// Who runs where, and for how long (`sched_switch`, `sched_migrate_task`).
extension BalancingReplay {
    mutating func switchTasks(cpu: Int32, previous: Int32, state: UInt8, next: Int32) {
        guard cpu >= 0, Int(cpu) < current.count else { return }
        current[Int(cpu)] = next
        let old = index.slot(previous)
        if old >= 0 {
            stopRunning(old)
            let isRunnable = state == UInt8(ascii: "R")
            tasks[old].load.set(runnable: isRunnable, at: now)
            if tasks[old].isExiting, state == UInt8(ascii: "X") || state == UInt8(ascii: "Z") { die(old) }
        }
        let new = index.slot(next)
        if new >= 0 {
            startRunning(new, cpu: cpu)
            finishVForks(of: new)
        }
    }

    /// A parent that runs again after vfork: its child has exec'd (or is gone).
    private mutating func finishVForks(of parent: Int) {
        guard hasVForks else { return }
        let tid = tasks[parent].tid
        hasVForks = false
        for slot in tasks.indices where tasks[slot].tid > 0 && tasks[slot].vforkParent > 0 {
            if tasks[slot].vforkParent == tid {
                tasks[slot].vforkParent = -1
                if !tasks[slot].isExiting { execTask(slot) }
            } else {
                hasVForks = true
            }
        }
    }

    mutating func startRunning(_ slot: Int, cpu: Int32) {
        if tasks[slot].isRunning { stopRunning(slot) }
        tasks[slot].cpu = cpu
        tasks[slot].isRunning = true
        tasks[slot].runningSince = now
        tasks[slot].load.set(runnable: true, at: now)
    }

    mutating func stopRunning(_ slot: Int) {
        guard tasks[slot].isRunning else { return }
        tasks[slot].isRunning = false
        tasks[slot].runtime &+= now &- tasks[slot].runningSince
    }

    /// The scheduler moved a task: `update_scan_period` (§ reset of the period on a change of node).
    mutating func moveTask(_ tid: Int32, from origin: Int32, to destination: Int32) {
        let slot = index.slot(tid)
        guard slot >= 0 else { return }
        if !tasks[slot].isRunning {
            // A task that does not run is given a CPU when it wakes up, or waits in the queue already.
            tasks[slot].cpu = destination
            tasks[slot].load.set(runnable: true, at: now)
        }
        guard tasks[slot].hasFaults, !tasks[slot].isExiting, tasks[slot].mm >= 0 else { return }
        let source = layout.position(ofCPU: Int(origin))
        let target = layout.position(ofCPU: Int(destination))
        guard source != target else { return }
        if tasks[slot].scanSequence != 0 {
            if target == Int(tasks[slot].preferred) { return }
            if tasks[slot].preferred != -1, source != Int(tasks[slot].preferred) { return }
        }
        let before = tasks[slot].scanPeriod
        tasks[slot].scanPeriod = profile.startPeriod(residentPages: residentPages(slot), group: groupWeights(slot))
        notePeriod(slot, before: before)
    }
}
