#define _GNU_SOURCE
#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

// include/uapi/linux/mempolicy.h; not in every numaif.h.
#ifndef MPOL_F_NUMA_BALANCING
#define MPOL_F_NUMA_BALANCING (1 << 13)
#endif
#ifndef MPOL_LOCAL
#define MPOL_LOCAL 4
#endif

size_t page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

struct region map_region(size_t bytes, bool huge) {
    // Room to align to 2 MiB, so that every huge page that fits is one; what is left over is given back.
    const size_t alignment = (size_t)2 << 20;
    size_t room = bytes + (huge ? alignment : 0);
    char *start = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        fail("mmap");
    }
    if (huge) {
        char *aligned = (char *)(((uintptr_t)start + alignment - 1) & ~(uintptr_t)(alignment - 1));
        if (aligned > start) {
            munmap(start, (size_t)(aligned - start));
        }
        if (start + room > aligned + bytes) {
            munmap(aligned + bytes, (size_t)(start + room - (aligned + bytes)));
        }
        start = aligned;
    }
    if (madvise(start, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) != 0 && errno != EINVAL) {
        fail("madvise");
    }
    return (struct region){.start = start, .bytes = bytes};
}

void touch(struct region region) {
    for (size_t offset = 0; offset < region.bytes; offset += page_bytes()) {
        *(volatile uint64_t *)(region.start + offset) = offset;
    }
}

void sweep(struct region region, uint64_t round) {
    size_t pages = region.bytes / page_bytes();
    // An odd stride of about the golden section of the pages visits all of them, in an order the hardware cannot guess.
    size_t stride = (size_t)((double)pages * 0.618) | 1;
    size_t page = (size_t)(round * 7919) % pages;
    for (size_t i = 0; i < pages && !stopping(); i++) {
        *(volatile uint64_t *)(region.start + page * page_bytes()) += 1;
        page += stride;
        while (page >= pages) {
            page -= pages;
        }
    }
}

void set_policy(struct region region, const struct options *options) {
    int mode;
    bool with_nodes = true;
    if (strcmp(options->policy, "bind") == 0) {
        mode = MPOL_BIND;
    } else if (strcmp(options->policy, "preferred") == 0) {
        mode = MPOL_PREFERRED;
    } else if (strcmp(options->policy, "interleave") == 0) {
        mode = MPOL_INTERLEAVE;
    } else if (strcmp(options->policy, "local") == 0) {
        mode = MPOL_LOCAL;
        with_nodes = false;
    } else if (strcmp(options->policy, "default") == 0) {
        mode = MPOL_DEFAULT;
        with_nodes = false;
    } else {
        fprintf(stderr, "numawatch-workload: policy=%s: unknown policy\n", options->policy);
        exit(2);
    }
    unsigned long *mask = NULL;
    unsigned long bits = 0;
    if (with_nodes) {
        struct bitmask *nodes = numa_parse_nodestring(options->nodes);
        if (nodes == NULL) {
            fprintf(stderr, "numawatch-workload: nodes=%s: not a list of nodes of this machine\n", options->nodes);
            exit(2);
        }
        mask = nodes->maskp;
        bits = nodes->size + 1;
    }
    // mbind(2) takes no MPOL_F_NUMA_BALANCING (mm/mempolicy.c, do_mbind): only a task's own policy may carry it.
    long result = options->balancing ? set_mempolicy(mode | MPOL_F_NUMA_BALANCING, mask, bits)
                                     : mbind(region.start, region.bytes, mode, mask, bits, 0);
    if (result != 0) {
        fail(options->balancing ? "set_mempolicy" : "mbind");
    }
}

void say_pages(struct region region) {
    enum { BATCH = 1024 };
    static void *addresses[BATCH];
    static int status[BATCH];
    uint64_t found[MAXIMUM_NODES] = {0};
    size_t pages = region.bytes / page_bytes();
    for (size_t first = 0; first < pages; first += BATCH) {
        size_t count = pages - first < BATCH ? pages - first : BATCH;
        for (size_t i = 0; i < count; i++) {
            addresses[i] = region.start + (first + i) * page_bytes();
        }
        if (move_pages(0, count, addresses, NULL, status, 0) != 0) {
            fail("move_pages");
        }
        for (size_t i = 0; i < count; i++) {
            if (status[i] >= 0 && status[i] < MAXIMUM_NODES) {
                found[status[i]]++;
            }
        }
    }
    char line[64 * MAXIMUM_NODES];
    size_t length = 0;
    for (int node = 0; node < MAXIMUM_NODES; node++) {
        if (found[node] > 0) {
            length += (size_t)snprintf(line + length, sizeof line - length, " node%d=%llu", node,
                                       (unsigned long long)found[node]);
        }
    }
    line[length] = '\0';
    say("pages start=0x%lx%s", (unsigned long)(uintptr_t)region.start, line);
}

void run_on_node(int node) {
    if (node >= 0 && numa_run_on_node(node) != 0) {
        fail("numa_run_on_node");
    }
    if (node < 0 && numa_run_on_node_mask(numa_all_nodes_ptr) != 0) {
        fail("numa_run_on_node_mask");
    }
}

int memory_nodes(int nodes[MAXIMUM_NODES]) {
    int count = 0;
    for (int node = 0; node <= numa_max_node() && count < MAXIMUM_NODES; node++) {
        if (numa_node_size64(node, NULL) > 0) {
            nodes[count++] = node;
        }
    }
    return count;
}

int cpu_nodes(int nodes[MAXIMUM_NODES]) {
    int count = 0;
    struct bitmask *cpus = numa_allocate_cpumask();
    for (int node = 0; node <= numa_max_node() && count < MAXIMUM_NODES; node++) {
        numa_bitmask_clearall(cpus);
        if (numa_node_to_cpus(node, cpus) != 0) {
            continue;
        }
        bool usable = false;
        for (unsigned cpu = 0; cpu < cpus->size; cpu++) {
            if (numa_bitmask_isbitset(cpus, cpu) && numa_bitmask_isbitset(numa_all_cpus_ptr, cpu)) {
                usable = true;
            }
        }
        if (usable) {
            nodes[count++] = node;
        }
    }
    numa_free_cpumask(cpus);
    return count;
}
