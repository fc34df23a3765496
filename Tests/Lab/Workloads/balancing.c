// What the kernel balances: memory on the wrong node, memory that several nodes share, and use that moves.
#include <stdlib.h>
#include <unistd.h>

#include "workload.h"

int count_or(const struct options *options, int otherwise) {
    return options->count > 0 ? options->count : otherwise;
}

size_t bytes_or(const struct options *options, size_t mib) {
    return (options->mib > 0 ? options->mib : mib) << 20;
}

static void say_region(struct region region, const struct options *options) {
    say("region start=0x%lx bytes=%zu policy=%s huge=%s", (unsigned long)(uintptr_t)region.start, region.bytes,
        options->policy, options->huge ? "yes" : "no");
}

static void *use_and_move(void *argument) {
    struct worker *worker = argument;
    int nodes[MAXIMUM_NODES];
    int count = cpu_nodes(nodes);
    uint64_t period = (uint64_t)(worker->options->period_ms > 0 ? worker->options->period_ms : 1000) * 1000000;
    uint64_t begin = now_ns();
    int at = -1;
    while (!stopping()) {
        int due = (int)(((now_ns() - begin) / period + (uint64_t)worker->index) % (uint64_t)count);
        if (due != at) {
            at = due;
            run_on_node(nodes[at]);
        }
        sweep(worker->region, worker->rounds++);
    }
    return NULL;
}

// Memory is first touched on `memory_node` (by the main thread, which runs there), one region per worker.
static void run_with_own_memory(const struct options *options, void *(*body)(void *)) {
    int count = count_or(options, 2);
    struct worker *workers = calloc((size_t)count, sizeof *workers);
    if (workers == NULL) {
        fail("calloc");
    }
    run_on_node(options->memory_node);
    for (int i = 0; i < count; i++) {
        workers[i].options = options;
        workers[i].region = map_region(bytes_or(options, 16), options->huge);
        touch(workers[i].region);
        say_region(workers[i].region, options);
        say_pages(workers[i].region);
    }
    start_workers(workers, count, body);
    say("ready");
    wait_until_stopped(options);
    uint64_t rounds = join_workers(workers, count);
    for (int i = 0; i < count; i++) {
        say_pages(workers[i].region);
    }
    say("done rounds=%llu", (unsigned long long)rounds);
    free(workers);
}

void run_private(const struct options *options) { run_with_own_memory(options, use_on_thread_node); }

void run_moves(const struct options *options) { run_with_own_memory(options, use_and_move); }

static void *use_shared(void *argument) {
    struct worker *worker = argument;
    int nodes[MAXIMUM_NODES];
    int count = cpu_nodes(nodes);
    // Each thread starts on a node of its own and is then let go: where it ends is the kernel's decision.
    run_on_node(nodes[worker->index % count]);
    sweep(worker->region, worker->rounds++);
    run_on_node(worker->options->thread_node);
    while (!stopping()) {
        sweep(worker->region, worker->rounds++);
    }
    return NULL;
}

// Only the workers of the node whose turn it is use the memory.
static void *use_in_turn(void *argument) {
    struct worker *worker = argument;
    int nodes[MAXIMUM_NODES];
    int count = cpu_nodes(nodes);
    int own = worker->index % count;
    uint64_t period = (uint64_t)(worker->options->period_ms > 0 ? worker->options->period_ms : 2000) * 1000000;
    run_on_node(nodes[own]);
    while (!stopping()) {
        uint64_t time = now_ns();
        if ((int)(time / period % (uint64_t)count) == own) {
            sweep(worker->region, worker->rounds++);
        } else {
            // Waits for its turn, which is part of the workload; a signal's end is seen within a tenth of a second.
            uint64_t left = period - time % period;
            usleep((useconds_t)(left < 100000000 ? left / 1000 + 1 : 100000));
        }
    }
    return NULL;
}

static void *use_for_a_period(void *argument) {
    struct worker *worker = argument;
    int nodes[MAXIMUM_NODES];
    int count = cpu_nodes(nodes);
    uint64_t period = (uint64_t)(worker->options->period_ms > 0 ? worker->options->period_ms : 2000) * 1000000;
    uint64_t end = now_ns() + period;
    run_on_node(nodes[worker->index % count]);
    sweep(worker->region, worker->rounds++);
    run_on_node(worker->options->thread_node);
    while (!stopping() && now_ns() < end) {
        sweep(worker->region, worker->rounds++);
    }
    return NULL;
}

// Keeps one thread going that uses the memory, a new one each period.
static void *use_by_turns_of_threads(void *argument) {
    while (!stopping()) {
        pthread_t user;
        if (pthread_create(&user, NULL, use_for_a_period, argument) != 0) {
            fail("pthread_create");
        }
        pthread_join(user, NULL);
    }
    return NULL;
}

static void run_with_common_memory(const struct options *options, int threads, void *(*body)(void *)) {
    int count = count_or(options, threads);
    struct worker *workers = calloc((size_t)count, sizeof *workers);
    if (workers == NULL) {
        fail("calloc");
    }
    run_on_node(options->memory_node);
    struct region region = map_region(bytes_or(options, 32), options->huge);
    touch(region);
    say_region(region, options);
    say_pages(region);
    for (int i = 0; i < count; i++) {
        workers[i].options = options;
        workers[i].region = region;
    }
    start_workers(workers, count, body);
    say("ready");
    wait_until_stopped(options);
    uint64_t rounds = join_workers(workers, count);
    say_pages(region);
    say("done rounds=%llu", (unsigned long long)rounds);
    free(workers);
}

void run_shared(const struct options *options) { run_with_common_memory(options, 4, use_shared); }

void run_churn(const struct options *options) { run_with_common_memory(options, 4, use_by_turns_of_threads); }

void run_pingpong(const struct options *options) {
    int nodes[MAXIMUM_NODES];
    run_with_common_memory(options, cpu_nodes(nodes), use_in_turn);
}
