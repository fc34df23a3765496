/// The dumps printed in the reference document of the domain rules, byte for byte: what real kernels print for the
/// machines named.
enum GoldenDumps {
    static let seedMachine = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=SMT
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3 level=CLS
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-7 level=MC
            groups: 0:{ span=0-3 cap=4096 }, 4:{ span=4-7 cap=4096 }
            domain-3: span=0-15 level=NUMA
             groups: 0:{ span=0-7 cap=8192 }, 8:{ span=8-15 cap=8192 }
        CPU5 attaching sched-domain(s):
         domain-0: span=4-5 level=SMT
          groups: 5:{ span=5 }, 4:{ span=4 }
          domain-1: span=4-7 level=CLS
           groups: 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }
           domain-2: span=0-7 level=MC
            groups: 4:{ span=4-7 cap=4096 }, 0:{ span=0-3 cap=4096 }
            domain-3: span=0-15 level=NUMA
             groups: 0:{ span=0-7 cap=8192 }, 8:{ span=8-15 cap=8192 }
        CPU9 attaching sched-domain(s):
         domain-0: span=8-9 level=SMT
          groups: 9:{ span=9 }, 8:{ span=8 }
          domain-1: span=8-11 level=CLS
           groups: 8:{ span=8-9 cap=2048 }, 10:{ span=10-11 cap=2048 }
           domain-2: span=8-15 level=MC
            groups: 8:{ span=8-11 cap=4096 }, 12:{ span=12-15 cap=4096 }
            domain-3: span=0-15 level=NUMA
             groups: 8:{ span=8-15 cap=8192 }, 0:{ span=0-7 cap=8192 }

        """

    static let seedOnOldKernel = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=SMT
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3 level=MC
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-7 level=DIE
            groups: 0:{ span=0-3 cap=4096 }, 4:{ span=4-7 cap=4096 }
            domain-3: span=0-15 level=NUMA
             groups: 0:{ span=0-7 cap=8192 }, 8:{ span=8-15 cap=8192 }

        """

    static let seedIsolated = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=SMT
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-2 level=CLS
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2 }
           domain-2: span=0-2,4-7 level=MC
            groups: 0:{ span=0-2 cap=3072 }, 4:{ span=4-7 cap=4096 }
            domain-3: span=0-2,4-15 level=NUMA
             groups: 0:{ span=0-2,4-7 cap=7168 }, 8:{ span=8-15 cap=8192 }
        CPU2 attaching sched-domain(s):
         domain-0: span=0-2 level=CLS
          groups: 2:{ span=2 }, 0:{ span=0-1 cap=2048 }
          domain-1: span=0-2,4-7 level=MC
           groups: 0:{ span=0-2 cap=3072 }, 4:{ span=4-7 cap=4096 }
           domain-2: span=0-2,4-15 level=NUMA
            groups: 0:{ span=0-2,4-7 cap=7168 }, 8:{ span=8-15 cap=8192 }

        """

    static let seedPartition = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=SMT
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3 level=CLS
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-3,8-15 level=NUMA
            groups: 0:{ span=0-3 cap=4096 }, 8:{ span=8-15 cap=8192 }
        CPU8 attaching sched-domain(s):
         domain-0: span=8-9 level=SMT
          groups: 8:{ span=8 }, 9:{ span=9 }
          domain-1: span=8-11 level=CLS
           groups: 8:{ span=8-9 cap=2048 }, 10:{ span=10-11 cap=2048 }
           domain-2: span=8-15 level=MC
            groups: 8:{ span=8-11 cap=4096 }, 12:{ span=12-15 cap=4096 }
            domain-3: span=0-3,8-15 level=NUMA
             groups: 8:{ span=8-15 cap=8192 }, 0:{ span=0-3 cap=4096 }
        CPU4 attaching sched-domain(s):
         domain-0: span=4-5 level=SMT
          groups: 4:{ span=4 }, 5:{ span=5 }
          domain-1: span=4-7 level=CLS
           groups: 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }

        """

    static let serverAdjacent = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=SMT
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3 level=MC
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 0:{ span=0-3 cap=4096 }, 4:{ span=4-7 cap=4096 }
        CPU5 attaching sched-domain(s):
         domain-0: span=4-5 level=SMT
          groups: 5:{ span=5 }, 4:{ span=4 }
          domain-1: span=4-7 level=MC
           groups: 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 4:{ span=4-7 cap=4096 }, 0:{ span=0-3 cap=4096 }

        """

    static let serverThreadsLast = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0,4 level=SMT
          groups: 0:{ span=0 }, 4:{ span=4 }
          domain-1: span=0-1,4-5 level=MC
           groups: 0:{ span=0,4 cap=2048 }, 1:{ span=1,5 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 0:{ span=0-1,4-5 cap=4096 }, 2:{ span=2-3,6-7 cap=4096 }
        CPU3 attaching sched-domain(s):
         domain-0: span=3,7 level=SMT
          groups: 3:{ span=3 }, 7:{ span=7 }
          domain-1: span=2-3,6-7 level=MC
           groups: 3:{ span=3,7 cap=2048 }, 2:{ span=2,6 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 2:{ span=2-3,6-7 cap=4096 }, 0:{ span=0-1,4-5 cap=4096 }
        CPU5 attaching sched-domain(s):
         domain-0: span=1,5 level=SMT
          groups: 5:{ span=5 }, 1:{ span=1 }
          domain-1: span=0-1,4-5 level=MC
           groups: 1:{ span=1,5 cap=2048 }, 0:{ span=0,4 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 0:{ span=0-1,4-5 cap=4096 }, 2:{ span=2-3,6-7 cap=4096 }

        """

    static let ring = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=MC
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3,6-7 level=NUMA
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }, 6:{ span=6-7 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 0:{ span=0-3,6-7 mask=0-1 cap=6144 }, 4:{ span=2-7 mask=4-5 cap=6144 }
        CPU2 attaching sched-domain(s):
         domain-0: span=2-3 level=MC
          groups: 2:{ span=2 }, 3:{ span=3 }
          domain-1: span=0-5 level=NUMA
           groups: 2:{ span=2-3 cap=2048 }, 4:{ span=4-5 cap=2048 }, 0:{ span=0-1 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 2:{ span=0-5 mask=2-3 cap=6144 }, 6:{ span=0-1,4-7 mask=6-7 cap=6144 }
        CPU4 attaching sched-domain(s):
         domain-0: span=4-5 level=MC
          groups: 4:{ span=4 }, 5:{ span=5 }
          domain-1: span=2-7 level=NUMA
           groups: 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 4:{ span=2-7 mask=4-5 cap=6144 }, 0:{ span=0-3,6-7 mask=0-1 cap=6144 }
        CPU6 attaching sched-domain(s):
         domain-0: span=6-7 level=MC
          groups: 6:{ span=6 }, 7:{ span=7 }
          domain-1: span=0-1,4-7 level=NUMA
           groups: 6:{ span=6-7 cap=2048 }, 0:{ span=0-1 cap=2048 }, 4:{ span=4-5 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 6:{ span=0-1,4-7 mask=6-7 cap=6144 }, 2:{ span=0-5 mask=2-3 cap=6144 }

        """

    static let ringCyclic = """
        CPU5 attaching sched-domain(s):
         domain-0: span=1,5 level=MC
          groups: 5:{ span=5 }, 1:{ span=1 }
          domain-1: span=0-2,4-6 level=NUMA
           groups: 1:{ span=1,5 cap=2048 }, 2:{ span=2,6 cap=2048 }, 0:{ span=0,4 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 1:{ span=0-2,4-6 mask=1,5 cap=6144 }, 3:{ span=0,2-4,6-7 mask=3,7 cap=6144 }

        """

    static let unequalDepth = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=MC
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-5 level=NUMA
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }, 4:{ span=4-5 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 0:{ span=0-5 mask=0-1 cap=6144 }, 6:{ span=2-7 mask=6-7 cap=6144 }
        CPU2 attaching sched-domain(s):
         domain-0: span=2-3 level=MC
          groups: 2:{ span=2 }, 3:{ span=3 }
          domain-1: span=0-7 level=NUMA
           groups: 2:{ span=2-3 cap=2048 }, 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }, 0:{ span=0-1 cap=2048 }

        """

    static let line = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=MC
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3 level=NUMA
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-5 level=NUMA
            groups: 0:{ span=0-3 mask=0-1 cap=4096 }, 4:{ span=4-5 cap=2048 }
            domain-3: span=0-7 level=NUMA
             groups: 0:{ span=0-5 mask=0-1 cap=6144 }, 6:{ span=2-7 mask=6-7 cap=6144 }
        CPU2 attaching sched-domain(s):
         domain-0: span=2-3 level=MC
          groups: 2:{ span=2 }, 3:{ span=3 }
          domain-1: span=0-5 level=NUMA
           groups: 2:{ span=2-3 cap=2048 }, 4:{ span=4-5 cap=2048 }, 0:{ span=0-1 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 2:{ span=0-5 mask=2-3 cap=6144 }, 6:{ span=4-7 mask=6-7 cap=4096 }
        CPU4 attaching sched-domain(s):
         domain-0: span=4-5 level=MC
          groups: 4:{ span=4 }, 5:{ span=5 }
          domain-1: span=2-7 level=NUMA
           groups: 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-7 level=NUMA
            groups: 4:{ span=2-7 mask=4-5 cap=6144 }, 0:{ span=0-3 mask=0-1 cap=4096 }
        CPU6 attaching sched-domain(s):
         domain-0: span=6-7 level=MC
          groups: 6:{ span=6 }, 7:{ span=7 }
          domain-1: span=4-7 level=NUMA
           groups: 6:{ span=6-7 cap=2048 }, 4:{ span=4-5 cap=2048 }
           domain-2: span=2-7 level=NUMA
            groups: 6:{ span=4-7 mask=6-7 cap=4096 }, 2:{ span=2-3 cap=2048 }
            domain-3: span=0-7 level=NUMA
             groups: 6:{ span=2-7 mask=6-7 cap=6144 }, 0:{ span=0-5 mask=0-1 cap=6144 }

        """

    static let backplane = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=MC
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-7 level=NUMA
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }, 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }
           domain-2: span=0-15 level=NUMA
            groups: 0:{ span=0-7 cap=8192 }, 8:{ span=8-15 cap=8192 }
        CPU8 attaching sched-domain(s):
         domain-0: span=8-9 level=MC
          groups: 8:{ span=8 }, 9:{ span=9 }
          domain-1: span=8-15 level=NUMA
           groups: 8:{ span=8-9 cap=2048 }, 10:{ span=10-11 cap=2048 }, 12:{ span=12-13 cap=2048 }, 14:{ span=14-15 cap=2048 }
           domain-2: span=0-15 level=NUMA
            groups: 8:{ span=8-15 cap=8192 }, 0:{ span=0-7 cap=8192 }

        """

    static let fiveDistances = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=MC
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3 level=NUMA
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }
           domain-2: span=0-5 level=NUMA
            groups: 0:{ span=0-3 cap=4096 }, 4:{ span=4-5 cap=2048 }
            domain-3: span=0-7 level=NUMA
             groups: 0:{ span=0-5 mask=0-1 cap=6144 }, 6:{ span=4-7 mask=6-7 cap=4096 }
        CPU2 attaching sched-domain(s):
         domain-0: span=2-3 level=MC
          groups: 2:{ span=2 }, 3:{ span=3 }
          domain-1: span=0-3 level=NUMA
           groups: 2:{ span=2-3 cap=2048 }, 0:{ span=0-1 cap=2048 }
           domain-2: span=0-5 level=NUMA
            groups: 2:{ span=0-3 mask=2-3 cap=4096 }, 4:{ span=4-5 cap=2048 }
            domain-3: span=0-7 level=NUMA
             groups: 2:{ span=0-5 mask=2-3 cap=6144 }, 6:{ span=0-1,4-7 mask=6-7 cap=6144 }
        CPU4 attaching sched-domain(s):
         domain-0: span=4-5 level=MC
          groups: 4:{ span=4 }, 5:{ span=5 }
          domain-1: span=4-7 level=NUMA
           groups: 4:{ span=4-5 cap=2048 }, 6:{ span=6-7 cap=2048 }
           domain-2: span=0-1,4-7 level=NUMA
            groups: 4:{ span=4-7 cap=4096 }, 0:{ span=0-1 cap=2048 }
            domain-3: span=0-7 level=NUMA
             groups: 4:{ span=0-1,4-7 mask=4-5 cap=6144 }, 2:{ span=0-3 mask=2-3 cap=4096 }
        CPU6 attaching sched-domain(s):
         domain-0: span=6-7 level=MC
          groups: 6:{ span=6 }, 7:{ span=7 }
          domain-1: span=4-7 level=NUMA
           groups: 6:{ span=6-7 cap=2048 }, 4:{ span=4-5 cap=2048 }
           domain-2: span=0-1,4-7 level=NUMA
            groups: 6:{ span=4-7 mask=6-7 cap=4096 }, 0:{ span=0-1 cap=2048 }
            domain-3: span=0-7 level=NUMA
             groups: 6:{ span=0-1,4-7 mask=6-7 cap=6144 }, 2:{ span=0-5 mask=2-3 cap=6144 }

        """

    static let eightRing = """
        CPU0 attaching sched-domain(s):
         domain-0: span=0-1 level=MC
          groups: 0:{ span=0 }, 1:{ span=1 }
          domain-1: span=0-3,14-15 level=NUMA
           groups: 0:{ span=0-1 cap=2048 }, 2:{ span=2-3 cap=2048 }, 14:{ span=14-15 cap=2048 }
           domain-2: span=0-5,12-15 level=NUMA
            groups: 0:{ span=0-3,14-15 mask=0-1 cap=6144 }, 4:{ span=4-5 cap=2048 }, 12:{ span=12-13 cap=2048 }
            domain-3: span=0-7,10-15 level=NUMA
             groups: 0:{ span=0-5,12-15 mask=0-1 cap=10240 }, 6:{ span=6-7 cap=2048 }, 10:{ span=10-11 cap=2048 }
             domain-4: span=0-15 level=NUMA
              groups: 0:{ span=0-7,10-15 mask=0-1 cap=14336 }, 8:{ span=2-15 mask=8-9 cap=14336 }
        CPU8 attaching sched-domain(s):
         domain-0: span=8-9 level=MC
          groups: 8:{ span=8 }, 9:{ span=9 }
          domain-1: span=6-11 level=NUMA
           groups: 8:{ span=8-9 cap=2048 }, 10:{ span=10-11 cap=2048 }, 6:{ span=6-7 cap=2048 }
           domain-2: span=4-13 level=NUMA
            groups: 8:{ span=6-11 mask=8-9 cap=6144 }, 12:{ span=12-13 cap=2048 }, 4:{ span=4-5 cap=2048 }
            domain-3: span=2-15 level=NUMA
             groups: 8:{ span=4-13 mask=8-9 cap=10240 }, 14:{ span=14-15 cap=2048 }, 2:{ span=2-3 cap=2048 }
             domain-4: span=0-15 level=NUMA
              groups: 8:{ span=2-15 mask=8-9 cap=14336 }, 0:{ span=0-7,10-15 mask=0-1 cap=14336 }

        """
}
