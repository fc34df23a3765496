extension TruthDocument {
    /// What the tables are, and how they came to be.
    static let head = """
        # What balancing really does, and what we say of it

        Written by `make truth OUT=docs/truth.md`. Guests of QEMU's full-system emulation boot Debian's kernels; a plugin of the
        emulator (`Tests/Lab/Plugin/truth.c`) counts **every** access of user code to memory, by CPU and by the node of the memory,
        while `numawatchd` runs beside it and publishes what it can know. So what is published can be held against what was.

        | column | what it is |
        | --- | --- |
        | accesses | loads and stores of the seed's threads to its data; fixed by the seed, and counted exactly: any other number fails the run |
        | local, % | of them, those to memory of the CPU's own node: the truth |
        | fills local, % | the same of accesses that miss a direct-mapped filter of 2 MiB for each CPU, which stands for caches |
        | kernel/user, % | kernel instructions per user instruction, on the CPUs of the seed |
        | balancing, % | instructions of arming, hint faults and moves, of all there; by function, from entry to return |
        | armed, faults, moved | pages, by the kernel's own counters of the whole guest |
        | local faults, % | `numa_hint_faults_local` of `numa_hint_faults`, which guides call the local percentage |
        | published, bounds | `locality` of `/v1/processes/PID`, by the CPU time of the rounds; `*`: made of the CPU time and memory by node published there |
        | error | published less truth; of several runs, the one that is farthest off |
        | truth within | whether the truth, by accesses and by fills, lies within the bounds, in all runs |

        The emulator's CPUs take turns and its clock counts instructions (16 ns each), so that how busy the host is makes no
        difference. A string instruction counts once for each repetition. What is published has no such clock: rounds come once a
        second, as in no host. Caches are a filter without coherence, and latency is none: what is said of seconds below is a
        model of counts. Balancing looks at memory 5 times a second at most (`scan_period_min_ms` 200), so that seconds show
        what takes minutes.

        `-` is not known: a guest that is stopped before its end leaves the counts, not what was published in it.

        """

    static let timeHead = """
        Seconds of a simple machine, for the same work: `instructions · 0.5 ns + local fills · 80 ns + other fills · 140 ns`, of
        all CPUs of the seed (`TruthFigures.swift` has the reasons). Noise is by how much runs of the same kind differ; what is
        smaller than that, or than 0.2 %, is “same”. “Named right” is whether the verdict is one that fits the seed;
        “sign agrees” whether a verdict of helping goes with less time, and one of hurting with more. `-`: not known, or the
        daemon of that run gave no verdict.

        """

    static let costHead = """
        Instructions of the kernel in a seed's run with balancing on, of all instructions on its CPUs. Arming is `task_numa_work`;
        faulting is a page fault in which `task_numa_fault` or `mpol_misplaced` was entered, without the move; moving is
        `migrate_misplaced_folio` (`_page` before folios) with all it calls. “on − off” is by how much all of the kernel did more than
        without balancing. Published is `cost` of `/v1/verdict`, the highest of the run; it is a share of CPU time, of the last four
        seconds. The last columns are instructions each, by the kernel's own counts of the guest for pages armed and moved.

        """
}
