// Many processes, and processes that live for moments.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

// The children run until this process is to end; then they end, too.
static void run_until_stopped(const struct options *options, pid_t *children, int count) {
    say("ready");
    wait_until_stopped(options);
    for (int i = 0; i < count; i++) {
        kill(children[i], SIGTERM);
    }
    for (int i = 0; i < count; i++) {
        waitpid(children[i], NULL, 0);
    }
    say("done rounds=%d", count);
    free(children);
}

void run_processes(const struct options *options) {
    int count = count_or(options, 8);
    pid_t *children = calloc((size_t)count, sizeof *children);
    if (children == NULL) {
        fail("calloc");
    }
    struct options one = *options;
    one.count = 1;
    one.mib = options->mib > 0 ? options->mib : 4;
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child < 0) {
            fail("fork");
        }
        if (child == 0) {
            say("start name=private pid=%d", (int)getpid());
            run_private(&one);
            _exit(0);
        }
        children[i] = child;
    }
    run_until_stopped(options, children, count);
}

// One child of `spread`: of its memory (index + 1) / (count + 1) is on memory_node, the rest on thread_node. For an
// even index that is one block, for an odd one it is scattered page by page.
static void spread_child(const struct options *options, int index, int count) {
    say("start name=spread-child pid=%d", (int)getpid());
    struct region region = map_region(bytes_or(options, 8), false);
    size_t pages = region.bytes / page_bytes();
    for (int pass = 0; pass < 2; pass++) {
        run_on_node(pass == 0 ? options->memory_node : options->thread_node);
        for (size_t page = 0; page < pages; page++) {
            // Blocks: where in the region the page is. Scattered: a prime stride visits all numbers below count + 1.
            size_t parts = (size_t)count + 1;
            size_t place = index % 2 == 0 ? page * parts / pages : page * 7919 % parts;
            if ((place <= (size_t)index) == (pass == 0)) {
                *(volatile uint64_t *)(region.start + page * page_bytes()) = page;
            }
        }
    }
    say("region start=0x%lx bytes=%zu policy=default index=%d", (unsigned long)(uintptr_t)region.start, region.bytes,
        index);
    say_pages(region);
}

void run_spread(const struct options *options) {
    int count = count_or(options, 8);
    pid_t *children = calloc((size_t)count, sizeof *children);
    if (children == NULL) {
        fail("calloc");
    }
    for (int i = 0; i < count; i++) {
        // A child is set up when its end of the pipe is closed: one after the other, so that their lines do not mix.
        int ends[2];
        if (pipe(ends) != 0) {
            fail("pipe");
        }
        pid_t child = fork();
        if (child < 0) {
            fail("fork");
        }
        if (child == 0) {
            close(ends[0]);
            spread_child(options, i, count);
            close(ends[1]);
            wait_until_stopped(options);
            _exit(0);
        }
        children[i] = child;
        close(ends[1]);
        char byte;
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR) {
        }
        close(ends[0]);
    }
    run_until_stopped(options, children, count);
}

void run_segment(const struct options *options) {
    int count = count_or(options, 40);
    struct region region = {.bytes = bytes_or(options, 16)};
    region.start =
        mmap(NULL, region.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (region.start == MAP_FAILED) {
        fail("mmap");
    }
    // Three quarters on one node, so that no mistake looks right.
    size_t part = region.bytes / 4;
    run_on_node(options->memory_node);
    touch((struct region){.start = region.start, .bytes = region.bytes - part});
    run_on_node(options->thread_node);
    touch((struct region){.start = region.start + region.bytes - part, .bytes = part});
    run_on_node(-1);
    say("region start=0x%lx bytes=%zu policy=default", (unsigned long)(uintptr_t)region.start, region.bytes);
    say_pages(region);
    pid_t *children = calloc((size_t)count, sizeof *children);
    if (children == NULL) {
        fail("calloc");
    }
    for (int i = 0; i < count; i++) {
        // As in `spread`: one after the other.
        int ends[2];
        if (pipe(ends) != 0) {
            fail("pipe");
        }
        pid_t child = fork();
        if (child < 0) {
            fail("fork");
        }
        if (child == 0) {
            close(ends[0]);
            say("start name=segment-child pid=%d", (int)getpid());
            // A shared mapping is not copied by fork: each child maps every page itself.
            touch(region);
            close(ends[1]);
            wait_until_stopped(options);
            _exit(0);
        }
        children[i] = child;
        close(ends[1]);
        char byte;
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR) {
        }
        close(ends[0]);
    }
    run_until_stopped(options, children, count);
}

// A thread, or the first of a process, of `idle`.
static void *sleep_until_stopped(void *argument) {
    struct worker *worker = argument;
    wait_until_stopped(worker->options);
    return NULL;
}

void run_idle(const struct options *options) {
    int count = count_or(options, 100);
    int threads = options->threads > 0 ? options->threads : 1;
    pid_t *children = calloc((size_t)count, sizeof *children);
    struct worker *workers = calloc((size_t)threads, sizeof *workers);
    if (children == NULL || workers == NULL) {
        fail("calloc");
    }
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child < 0) {
            fail("fork");
        }
        if (child == 0) {
            for (int j = 0; j < threads; j++) {
                workers[j].options = options;
            }
            // Those beside the first end with the process.
            start_workers(workers, threads - 1, sleep_until_stopped);
            wait_until_stopped(options);
            _exit(0);
        }
        children[i] = child;
    }
    free(workers);
    run_until_stopped(options, children, count);
}

// Sleeps until `period_ms` have gone since the last child was due, if there is a period.
static void wait_until_due(const struct worker *worker, struct timespec *due) {
    long period_ns = (long)worker->options->period_ms * 1000000;
    if (period_ns == 0) {
        return;
    }
    due->tv_sec += (due->tv_nsec + period_ns) / 1000000000;
    due->tv_nsec = (due->tv_nsec + period_ns) % 1000000000;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL) == EINTR && !stopping()) {
    }
}

// Half of the children only fork and end, half execute a new program (this one, as `mayfly`).
static void *breed(void *argument) {
    struct worker *worker = argument;
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    while (!stopping()) {
        wait_until_due(worker, &due);
        bool executes = worker->rounds++ % 2 == 0;
        pid_t child = fork();
        if (child < 0) {
            fail("fork");
        }
        if (child == 0) {
            if (executes) {
                execl("/proc/self/exe", "numawatch-workload", "mayfly", (char *)NULL);
            }
            _exit(executes ? 1 : 0);
        }
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    return NULL;
}

void run_storm(const struct options *options) {
    int count = count_or(options, 4);
    struct worker *workers = calloc((size_t)count, sizeof *workers);
    if (workers == NULL) {
        fail("calloc");
    }
    for (int i = 0; i < count; i++) {
        workers[i].options = options;
    }
    start_workers(workers, count, breed);
    say("ready");
    wait_until_stopped(options);
    say("done rounds=%llu", (unsigned long long)join_workers(workers, count));
    free(workers);
}
