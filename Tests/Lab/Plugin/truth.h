// What the parts of numawatch-truth share: see truth.c.
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum {
    MAXIMUM_CPUS = 64,
    MAXIMUM_NODES = 16,
    MAXIMUM_SLOTS = 16,
    MAXIMUM_FUNCTIONS = 16,
    // task_numa_work or exc_page_fault, migrate_misplaced_folio in it; an interrupt's on top of them.
    MAXIMUM_FRAMES = 8,
    LINE_BYTES = 256,
    CACHE_LINE_SHIFT = 6,
};

enum counted { READS, WRITES, FILLS, COUNTED };

struct counters {
    uint64_t data[MAXIMUM_NODES][MAXIMUM_SLOTS][COUNTED];
    uint64_t user, kernel, lost;
    uint64_t entries[MAXIMUM_FUNCTIONS], instructions[MAXIMUM_FUNCTIONS];
};

// A function that is being executed.
struct frame {
    uint64_t returns_to;
    uint64_t instructions;
    int function;
    bool counts;
};

struct vcpu {
    struct counters now;
    struct frame frames[MAXIMUM_FRAMES];
    int depth;
    // Where the last call outside of a retpoline returns to.
    uint64_t call_returns_to;
    // Physical line + 1 by its place in the filter.
    uint64_t *filter;
    bool has_clock, shares_thread;
    pthread_t thread;
    clockid_t clock;
} __attribute__((aligned(128)));

// Functions the guest named.
enum kind { ROOT, PERHAPS, CONFIRM };

struct function {
    char name[64];
    enum kind kind;
    uint64_t address;
};

// A block of translated code; kept for ever, because a vCPU may still execute it.
struct block {
    struct block *next;
    uint64_t address, end;
    unsigned instructions;
    bool ends_with_call;
    // The function it is the entry of, + 1; written under the lock, also after it was translated.
    _Atomic int function;
};

// --- truth.c
extern struct vcpu vcpus[MAXIMUM_CPUS];
extern int vcpu_count;

// --- channel.c
// Of all but the counters.
extern pthread_mutex_t lock;
extern struct function functions[MAXIMUM_FUNCTIONS];
// Where marks are written.
extern FILE *out;
// Takes a byte the guest said.
void hear(char byte);
// Writes what was counted since the last mark; under the lock.
void write_mark(const char *words);
// The record of a block; one that is translated again, to the same, keeps its own.
struct block *block_of(uint64_t address, uint64_t end, unsigned instructions, bool ends_with_call);
