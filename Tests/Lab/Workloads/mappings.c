// Memory under a policy, in very many mappings, or in one very large one.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

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

void run_vmas(const struct options *options) {
    size_t count = (size_t)(options->maps > 0 ? options->maps : 20000);
    run_on_node(options->memory_node);
    // Every other page is read-only: neighbours that differ cannot be one mapping.
    struct region region = map_region(count * page_bytes(), false);
    touch(region);
    for (size_t i = 1; i < count; i += 2) {
        if (mprotect(region.start + i * page_bytes(), page_bytes(), PROT_READ) != 0) {
            fail("mprotect");
        }
    }
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

// A page is mapped, touched and unmapped again and again in a process with much memory. Each needs the lock that a
// reader of numa_maps holds, so what an observer costs shows as the time of the slowest.
static void *map_and_unmap(void *argument) {
    struct worker *worker = argument;
    uint64_t worst = 0, over = 0, sum = 0;
    run_on_node(worker->options->thread_node);
    while (!stopping()) {
        uint64_t begin = now_ns();
        char *page = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            fail("mmap");
        }
        *(volatile char *)page = 1;
        munmap(page, page_bytes());
        uint64_t taken = now_ns() - begin;
        worst = taken > worst ? taken : worst;
        over += taken > 1000000;
        sum += taken;
        worker->rounds++;
    }
    say("stall worst_ns=%llu over_1ms=%llu total_ns=%llu", (unsigned long long)worst, (unsigned long long)over,
        (unsigned long long)sum);
    return NULL;
}

void run_stall(const struct options *options) {
    run_on_node(options->memory_node);
    struct region region = map_region(bytes_or(options, 256), options->huge);
    touch(region);
    say("region start=0x%lx bytes=%zu policy=default huge=%s", (unsigned long)(uintptr_t)region.start, region.bytes,
        options->huge ? "yes" : "no");
    struct worker worker = {.options = options, .region = region};
    start_workers(&worker, 1, map_and_unmap);
    say("ready");
    wait_until_stopped(options);
    say("done rounds=%llu", (unsigned long long)join_workers(&worker, 1));
}
