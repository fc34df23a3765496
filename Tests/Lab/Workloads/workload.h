// numawatch-workload: programs that use memory in a known way, for guests and for measuring what watching costs.
//
//     numawatch-workload NAME [KEY=VALUE…]
//
// Every workload prints lines of `word key=value…`, flushed at once:
//   start name=… pid=…                         before anything is done
//   region start=0x… bytes=… policy=… huge=…   a mapping made; its pages are where the workload put them
//   pages start=0x… node0=… node1=…            where its pages are now, asked with move_pages(2)
//   ready                                      everything is set up; the steady state begins
//   stall worst_ns=… over_1ms=… total_ns=… worst_blocked_ns=… blocked_over_1ms=… total_blocked_ns=…
//                                              of `stall`: the slowest pair, how many took over 1 ms, and all together;
//                                              then the same of the time the thread slept: for the lock
//   done rounds=…                              the end, after `seconds=` or SIGTERM
// and those of `seed`, which begins with SIGUSR1, whose work is fixed, and which then waits for SIGTERM, also
//   pinned locked=yes long_term=…              how the memory is held
//   vmstat when=before|after time_ns=… numa_…  the kernel's counters of balancing
//   window number=…                            a window has been marked
// so that a test compares what a tool reports with what was done, not with what another tool says.
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MAXIMUM_NODES = 64 };

// The `key=value` arguments, with their defaults. Numbers that are 0 mean "the workload's own default".
struct options {
    const char *name;
    // Threads or child processes.
    int count;
    // Threads of each process of `idle`.
    int threads;
    // Memory of each thread (private), or of all (shared), MiB.
    size_t mib;
    // How long the steady state lasts; 0 is until SIGTERM.
    int seconds;
    // Where memory is first touched, and where the threads run afterwards; -1 is anywhere.
    int memory_node;
    int thread_node;
    // Length of a phase of `pingpong` and `moves`, and of the life of a thread of `churn`; from one child of `storm` to
    // the next. Milliseconds.
    int period_ms;
    // Number of mappings of `vmas`, and of the large memory of `stall`.
    int maps;
    // `policy`: default, bind, preferred, interleave, local; and its nodes as numactl writes them ("0-1").
    const char *policy;
    const char *nodes;
    // Whether the policy carries MPOL_F_NUMA_BALANCING.
    bool balancing;
    // Use transparent huge pages.
    bool huge;
    // `seed`: how often each thread sweeps its memory in a window, how many windows, and what the run is called.
    int rounds;
    int windows;
    const char *label;
};

// A mapping and how it was made.
struct region {
    char *start;
    size_t bytes;
};

// One thread of a workload. `body` runs until `stopping()`.
struct worker {
    pthread_t thread;
    int index;
    const struct options *options;
    struct region region;
    _Atomic uint64_t rounds;
};

// --- main.c
bool stopping(void);
// Prints one line and flushes it; `format` as for printf.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Prints the failure of a call with errno and ends the program.
void fail(const char *what) __attribute__((noreturn));
uint64_t now_ns(void);
void wait_until_stopped(const struct options *options);

// --- memory.c
size_t page_bytes(void);
struct region map_region(size_t bytes, bool huge);
void touch(struct region region);
// Puts a policy on the region: "default", "bind", "preferred", "interleave", "local".
void set_policy(struct region region, const struct options *options);
// Says where the pages of the region are, a `pages` line.
void say_pages(struct region region);
// Runs the calling thread on one node's CPUs; -1 is on all it may use.
void run_on_node(int node);
// Nodes with memory / with CPUs, ascending; returns how many.
int memory_nodes(int nodes[MAXIMUM_NODES]);
int cpu_nodes(int nodes[MAXIMUM_NODES]);
// Reads and writes one word in every page, from a page that depends on the round so that threads do not run in step.
void sweep(struct region region, uint64_t round);

// --- threads.c
void start_workers(struct worker *workers, int count, void *(*body)(void *));
uint64_t join_workers(struct worker *workers, int count);
// A body: sweeps the worker's region on `thread_node`.
void *use_on_thread_node(void *worker);

// --- balancing.c
int count_or(const struct options *options, int otherwise);
size_t bytes_or(const struct options *options, size_t mib);

// --- marks.c
// Writes the ledger of every thread of a session into a trace_marker: `SCHED TID CPU LINES` of docs/tracing.md.
// Once, or with a period above 0 until the session's leader has ended.
void write_marks(int session, const char *path, int period_ms);

// --- seeds.c
// Runs the seed of options->name; false where there is none.
bool run_seed(const struct options *options);
// A line for each seed.
void say_seeds(FILE *file);

// --- the workloads
void run_private(const struct options *options);
void run_shared(const struct options *options);
void run_churn(const struct options *options);
void run_pingpong(const struct options *options);
void run_moves(const struct options *options);
void run_policy(const struct options *options);
void run_vmas(const struct options *options);
void run_large(const struct options *options);
void run_processes(const struct options *options);
void run_spread(const struct options *options);
void run_segment(const struct options *options);
void run_idle(const struct options *options);
void run_storm(const struct options *options);
void run_stall(const struct options *options);
