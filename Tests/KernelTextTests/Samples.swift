/// Text of real kernels (6.1, 6.12 and 6.18, x86-64), shortened where a file is long.
enum Samples {
    static let numaMaps = """
        557893cd7000 default file=/usr/bin/cat mapped=2 N0=2 kernelpagesize_kB=4
        557893ce1000 default file=/usr/bin/cat anon=1 dirty=1 active=0 N0=1 kernelpagesize_kB=4
        557897fa2000 default heap anon=4 dirty=4 active=0 N0=4 kernelpagesize_kB=4
        7f515a521000 default file=/usr/lib/locale/C.utf8/LC_CTYPE mapped=32 mapmax=10 N0=32 kernelpagesize_kB=4
        7f515a771000 default
        7f2c80000000 prefer (many):0,2 file=/memfd:pool\\040(deleted) dirty=64 mapped=80 mapmax=2 N2=80 kernelpagesize_kB=4
        7ffd1506f000 default stack anon=3 dirty=3 active=1 N0=3 kernelpagesize_kB=4

        """

    static let maps = """
        55709a26f000-55709a271000 r--p 00000000 fe:00 253911                     /usr/bin/cat
        55709a279000-55709a27a000 rw-p 0000a000 fe:00 253911                     /usr/bin/cat
        7f515a4ff000-7f515a521000 rw-s 00000000 00:01 2055                       /memfd:a pool (deleted)
        7f515a771000-7f515a775000 ---p 00000000 00:00 0
        7ffd1506f000-7ffd15090000 rwxp 00000000 00:00 0                          [stack]

        """

    static let sched = """
        cat (6199, #threads: 1)
        -------------------------------------------------------------------
        se.exec_start                                :        799503.563409
        se.vruntime                                  :            97.424494
        se.sum_exec_runtime                          :             0.009001
        se.nr_migrations                             :                    2
        nr_switches                                  :                   13
        nr_voluntary_switches                        :                    4
        nr_involuntary_switches                      :                    9
        se.load.weight                               :              1048576
        se.avg.load_sum                              :                46732
        se.avg.util_avg                              :                  510
        policy                                       :                    0
        prio                                         :                  120
        se.slice                                     :              1400000
        clock-delta                                  :                   61
        mm->numa_scan_seq                            :                    3
        numa_pages_migrated                          :                 1234
        numa_preferred_nid                           :                   -1
        total_numa_faults                            :                 1398
        current_node=0, numa_group_id=211
        numa_faults node=0 task_private=571 task_shared=80 group_private=11477 group_shared=7
        numa_faults node=1 task_private=700 task_shared=47 group_private=6675 group_shared=18

        """

    static let stat = """
        6199 (cat) R 6183 6183 3440 0 -1 4194304 108 1 2 3 5 6 7 8 20 0 1 0 79955 3133440 394 18446744073709551615 \
        93976364158976 93976364178857 140724956361184 0 0 0 0 0 0 0 0 0 17 1 0 0 0 9 0 93976364194864 93976364196480 \
        93976434188288 140724956363192 140724956363286 140724956363286 140724956364779 0

        """

    static let status = """
        Name:\tcat
        Umask:\t0022
        State:\tR (running)
        Tgid:\t6199
        Ngid:\t211
        Pid:\t6199
        PPid:\t6183
        TracerPid:\t0
        Uid:\t1000\t1001\t1002\t1003
        Gid:\t0\t0\t0\t0
        Groups:\t \n\
        NStgid:\t6199\t7
        NSpid:\t6199\t7
        Kthread:\t0
        VmPeak:\t    3060 kB
        VmSize:\t    3060 kB
        VmRSS:\t    1752 kB
        RssAnon:\t     112 kB
        RssFile:\t    1640 kB
        RssShmem:\t       0 kB
        VmSwap:\t       0 kB
        HugetlbPages:\t    2048 kB
        Threads:\t12
        SigQ:\t0/96365
        Cpus_allowed:\t3
        Cpus_allowed_list:\t0-1
        Mems_allowed:\t00000000,00000001
        Mems_allowed_list:\t0
        voluntary_ctxt_switches:\t4
        nonvoluntary_ctxt_switches:\t9

        """

    static let cgroupHybrid = """
        9:name=systemd:/user.slice/session-3.scope
        4:memory:/process_api/4bab9517f3e8442db008358544b3f089
        2:cpu,cpuacct:/
        0::/user.slice/session-3.scope

        """

    static let schedstat15 = """
        version 15
        timestamp 4294893024
        cpu0 1 0 2 3 4 5 1058144826 149210973 405
        domain0 03 1 2 3 4 5 6 7 8 11 12 13 14 15 16 17 18 21 22 23 24 25 26 27 28 31 32 33 34 35 36 37 38 39 40 41 42
        domain1 ff,0000000f 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
        cpu1 0 0 0 0 0 0 675644399 186660956 110

        """

    static let schedstat16 =
        "version 16\n"
        + schedstat15.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
        .joined(separator: "\n")

    static let schedstat17 = """
        version 17
        timestamp 4294893024
        cpu0 1 0 2 3 4 5 1058144826 149210973 405
        domain0 MC 03 1 2 3 4 5 6 7 8 9 10 11 21 22 23 24 25 26 27 28 29 30 31 41 42 43 44 45 46 47 48 49 50 51 \
        61 62 63 64 65 66 67 68 69 70 71 72

        """

    static let vmstat = """
        nr_free_pages 127452
        numa_hit 103980
        numa_miss 0
        numa_foreign 1
        numa_interleave 823
        numa_local 76768
        numa_other 27212
        pgpromote_success 2
        pgpromote_candidate 3
        pgdemote_kswapd 4
        pgdemote_direct 5
        pgdemote_khugepaged 6
        pgfault 7
        pgmajfault 8
        numa_pte_updates 59590
        numa_huge_pte_updates 9
        numa_hint_faults 59638
        numa_hint_faults_local 53528
        numa_pages_migrated 5785
        pgmigrate_success 5786
        pgmigrate_fail 10
        thp_migration_success 11
        thp_migration_fail 12
        thp_migration_split 13
        compact_migrate_scanned 14

        """

    static let numastat = """
        numa_hit 2235522
        numa_miss 1
        numa_foreign 2
        interleave_hit 1125
        local_node 2235521
        other_node 3

        """

    static let meminfo = """
        MemTotal:       24684092 kB
        MemFree:        22002400 kB
        MemAvailable:   23182876 kB
        Buffers:           17268 kB
        Cached:          1257968 kB
        Active:           786292 kB
        Active(anon):       1616 kB
        AnonPages:       1095628 kB
        Shmem:              8856 kB
        AnonHugePages:    913408 kB
        HugePages_Total:       4
        HugePages_Free:        3
        HugePages_Rsvd:        2
        HugePages_Surp:        1
        Hugepagesize:       2048 kB
        Hugetlb:            8192 kB
        DirectMap4k:       24576 kB

        """

    static let nodeMeminfo = """
        Node 1 MemTotal:        4810964 kB
        Node 1 MemFree:         4146684 kB
        Node 1 MemUsed:          664280 kB
        Node 1 Active(anon):       1560 kB
        Node 1 FilePages:        453352 kB
        Node 1 AnonPages:         18384 kB
        Node 1 HugePages_Total:     2
        Node 1 HugePages_Free:      1
        Node 1 HugePages_Surp:      0

        """

    static let procStat = """
        cpu  2134 0 1914 155200 346 0 37 8 0 0
        cpu0 629 1 826 78329 15 2 7 3 4 5
        cpu1 1505 0 1087 76871 330 0 30 4 0 0
        intr 154360 0 0 0
        ctxt 1234567
        btime 1763695000
        processes 30000

        """

    static let cpuinfo = """
        processor\t: 0
        vendor_id\t: AuthenticAMD
        cpu family\t: 26
        model\t\t: 2
        model name\t: AMD EPYC
        stepping\t: 1
        flags\t\t: fpu vme
        power management:

        processor\t: 1
        vendor_id\t: GenuineIntel

        """

    static let cpuinfoArm = """
        processor\t: 0
        BogoMIPS\t: 125.00
        Features\t: fp asimd
        CPU implementer\t: 0x48
        CPU architecture: 8
        CPU variant\t: 0x1
        CPU part\t: 0xd01
        CPU revision\t: 0


        """

    static let mounts = """
        proc /proc proc rw,relatime 0 0
        debugfs /sys/kernel/debug debugfs rw,nosuid,nodev,noexec,relatime 0 0
        /dev/vda /mnt/my\\040disk ext4 rw,relatime 0 0
        cgroup /sys/fs/cgroup/cpuset cgroup rw,relatime,cpuset 0 0
        cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0

        """

    static let mountinfo = """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        29 23 0:7 / /sys/kernel/debug rw,nosuid shared:5 master:2 - debugfs debugfs rw
        33 31 0:30 /sub /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
        41 31 0:38 / /mnt/a\\040b rw,relatime - cgroup2 cgroup2

        """

    static let kernelConfig = """
        #
        # Automatically generated file; DO NOT EDIT.
        #
        CONFIG_NUMA_BALANCING=y
        CONFIG_NODES_SHIFT=10
        CONFIG_PHYSICAL_START=0x1000000
        CONFIG_LOCALVERSION=""
        CONFIG_DEFAULT_HOSTNAME="(none)"
        CONFIG_EXT4_FS=m
        # CONFIG_SCHED_CLUSTER is not set

        """

    static let banner = """
        Linux version 6.1.0-53-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, \
        GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.187-1 (2026-09-07)

        """
}
