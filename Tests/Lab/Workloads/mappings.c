// Memory under a policy, in very many mappings, or in one very large one.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

// One thread uses the region until the end.
static void use_until_stopped(const struct options *options, struct region region) {
    struct worker worker = {.options = options, .region = region};
    say_pages(region);
    start_workers(&worker, 1, use_on_thread_node);
    say("ready");
    wait_until_stopped(options);
    uint64_t rounds = join_workers(&worker, 1);
    say_pages(region);
    say("done rounds=%llu", (unsigned long long)rounds);
}

void run_policy(const struct options *options) {
    run_on_node(options->memory_node);
    struct region region = map_region(bytes_or(options, 16), options->huge);
    set_policy(region, options);
    touch(region);
    say("region start=0x%lx bytes=%zu policy=%s nodes=%s balancing=%s", (unsigned long)(uintptr_t)region.start,
        region.bytes, options->policy, options->nodes, options->balancing ? "yes" : "no");
    use_until_stopped(options, region);
}

void run_large(const struct options *options) {
    run_on_node(options->memory_node);
    struct region region = map_region(bytes_or(options, 256), options->huge);
    touch(region);
    say("region start=0x%lx bytes=%zu policy=default huge=%s", (unsigned long)(uintptr_t)region.start, region.bytes,
        options->huge ? "yes" : "no");
    use_until_stopped(options, region);
}

// Makes `count` mappings of equal size of a region. Every other one is read-only: neighbours that differ cannot be one.
static void split(struct region region, size_t count) {
    size_t bytes = region.bytes / count / page_bytes() * page_bytes();
    for (size_t i = 1; i < count; i += 2) {
        if (mprotect(region.start + i * bytes, bytes, PROT_READ) != 0) {
            fail("mprotect");
        }
    }
}

void run_vmas(const struct options *options) {
    size_t count = (size_t)(options->maps > 0 ? options->maps : 20000);
    run_on_node(options->memory_node);
    struct region region = map_region(count * page_bytes(), false);
    touch(region);
    split(region, count);
    say("region start=0x%lx bytes=%zu policy=default maps=%zu", (unsigned long)(uintptr_t)region.start, region.bytes,
        count);
    say_pages(region);
    say("ready");
    uint64_t rounds = 0;
    wait_until_stopped(options);
    for (size_t i = 0; i < count; i += 2) {
        rounds += *(volatile uint64_t *)(region.start + i * page_bytes()) == i * page_bytes();
    }
    say("done rounds=%llu", (unsigned long long)rounds);
}

// How often the calling thread lost or gave up its CPU.
static long switches(void) {
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw + usage.ru_nivcsw;
}

// For how long the calling thread was ready to run and had no CPU, so far, nanoseconds; 0 where the kernel does not
// tell. `file` is /proc/thread-self/schedstat: time on a CPU, time waiting for one, times it got one.
static uint64_t waiting_for_cpu_ns(int file) {
    char text[96];
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    if (length <= 0) {
        return 0;
    }
    text[length] = '\0';
    const char *second = strchr(text, ' ');
    return second == NULL ? 0 : strtoull(second, NULL, 10);
}

// The CPU time of the calling thread.
static uint64_t cpu_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// What the pairs of `stall` took.
struct stalls {
    uint64_t worst_ns, over_1ms, total_ns, worst_blocked_ns, blocked_over_1ms, total_blocked_ns;
};

static void add_pair(struct stalls *stalls, uint64_t taken, uint64_t blocked) {
    stalls->worst_ns = taken > stalls->worst_ns ? taken : stalls->worst_ns;
    stalls->over_1ms += taken > 1000000;
    stalls->total_ns += taken;
    stalls->worst_blocked_ns = blocked > stalls->worst_blocked_ns ? blocked : stalls->worst_blocked_ns;
    stalls->blocked_over_1ms += blocked > 1000000;
    stalls->total_blocked_ns += blocked;
}

// A page is mapped, touched and unmapped again and again in a process with much memory. Each needs the lock that a
// reader of numa_maps holds, so what an observer costs shows as the time of the slowest.
//
// On a machine with other things to do the slowest is one that lost its CPU to another program, or whose CPU the
// hypervisor took. The second account, "blocked", has neither: of the time a pair took, what the thread ran and what it
// was ready to run are taken off, and what remains it slept. It sleeps for nothing but the lock. A thread that kept its
// CPU did not sleep.
static void *map_and_unmap(void *argument) {
    struct worker *worker = argument;
    struct stalls stalls = {0};
    run_on_node(worker->options->thread_node);
    int schedstat = open("/proc/thread-self/schedstat", O_RDONLY);
    long switched = switches();
    uint64_t waited = waiting_for_cpu_ns(schedstat);
    while (!stopping()) {
        // Its own time is read outside of the other: what is taken off is never less than what the pair took of it.
        uint64_t cpu = cpu_ns();
        uint64_t begin = now_ns();
        char *page = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            fail("mmap");
        }
        *(volatile char *)page = 1;
        munmap(page, page_bytes());
        uint64_t taken = now_ns() - begin;
        uint64_t blocked = 0;
        long switched_now = switches();
        if (switched_now != switched) {
            switched = switched_now;
            uint64_t waited_now = waiting_for_cpu_ns(schedstat);
            uint64_t known = cpu_ns() - cpu + waited_now - waited;
            blocked = known < taken ? taken - known : 0;
            waited = waited_now;
        }
        add_pair(&stalls, taken, blocked);
        worker->rounds++;
    }
    say("stall worst_ns=%llu over_1ms=%llu total_ns=%llu worst_blocked_ns=%llu blocked_over_1ms=%llu "
        "total_blocked_ns=%llu",
        (unsigned long long)stalls.worst_ns, (unsigned long long)stalls.over_1ms, (unsigned long long)stalls.total_ns,
        (unsigned long long)stalls.worst_blocked_ns, (unsigned long long)stalls.blocked_over_1ms,
        (unsigned long long)stalls.total_blocked_ns);
    close(schedstat);
    return NULL;
}

void run_stall(const struct options *options) {
    run_on_node(options->memory_node);
    struct region region = map_region(bytes_or(options, 256), options->huge);
    touch(region);
    if (options->maps > 1) {
        split(region, (size_t)options->maps);
    }
    say("region start=0x%lx bytes=%zu policy=default huge=%s maps=%d", (unsigned long)(uintptr_t)region.start,
        region.bytes, options->huge ? "yes" : "no", options->maps > 1 ? options->maps : 1);
    struct worker worker = {.options = options, .region = region};
    start_workers(&worker, 1, map_and_unmap);
    say("ready");
    wait_until_stopped(options);
    say("done rounds=%llu", (unsigned long long)join_workers(&worker, 1));
}
