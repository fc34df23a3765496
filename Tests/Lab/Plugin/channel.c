// The guest's side of numawatch-truth: functions it names, marks it asks for.
#define _GNU_SOURCE
#include "truth.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
FILE *out;
struct function functions[MAXIMUM_FUNCTIONS];
static int function_count;

// --- Blocks and the functions they begin

enum { BUCKETS = 1 << 16 };
static struct block *blocks[BUCKETS];

static int function_at(uint64_t address) {
    for (int i = 0; i < function_count; i++) {
        if (functions[i].address == address) {
            return i + 1;
        }
    }
    return 0;
}

static void name_function(const char *name, enum kind kind, uint64_t address) {
    if (function_count == MAXIMUM_FUNCTIONS || function_at(address) != 0) {
        return;
    }
    struct function *function = &functions[function_count++];
    snprintf(function->name, sizeof function->name, "%s", name);
    function->kind = kind;
    function->address = address;
    for (int i = 0; i < BUCKETS; i++) {
        for (struct block *block = blocks[i]; block != NULL; block = block->next) {
            if (block->address == address) {
                block->function = function_count;
            }
        }
    }
}

struct block *block_of(uint64_t address, uint64_t end, unsigned instructions, bool ends_with_call) {
    struct block **bucket = &blocks[(address ^ address >> 16) % BUCKETS];
    pthread_mutex_lock(&lock);
    struct block *block = *bucket;
    while (block != NULL && (block->address != address || block->end != end || block->instructions != instructions ||
                             block->ends_with_call != ends_with_call)) {
        block = block->next;
    }
    if (block == NULL) {
        block = calloc(1, sizeof *block);
        if (block == NULL) {
            abort();
        }
        *block = (struct block){.next = *bucket, .address = address, .end = end, .instructions = instructions,
                                .ends_with_call = ends_with_call, .function = function_at(address)};
        *bucket = block;
    }
    pthread_mutex_unlock(&lock);
    return block;
}

// --- Marks

// Owned by whoever writes a mark.
static struct counters before[MAXIMUM_CPUS];
static uint64_t thread_ns_before;

static uint64_t thread_ns(void) {
    uint64_t sum = 0;
    for (int c = 0; c < vcpu_count; c++) {
        struct timespec time;
        if (vcpus[c].has_clock && !vcpus[c].shares_thread && clock_gettime(vcpus[c].clock, &time) == 0) {
            sum += (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
        }
    }
    return sum;
}

// The growth of a counter since the last mark.
static uint64_t grown(uint64_t *now, uint64_t *then) {
    uint64_t value = __atomic_load_n(now, __ATOMIC_RELAXED);
    uint64_t difference = value - *then;
    *then = value;
    return difference;
}

static void write_vcpu(int c) {
    struct counters *now = &vcpus[c].now, *then = &before[c];
    uint64_t user = grown(&now->user, &then->user), kernel = grown(&now->kernel, &then->kernel);
    if (user > 0 || kernel > 0) {
        fprintf(out, "vcpu cpu=%d user=%" PRIu64 " kernel=%" PRIu64 "\n", c, user, kernel);
    }
    for (int slot = 0; slot < MAXIMUM_SLOTS; slot++) {
        for (int node = 0; node < MAXIMUM_NODES; node++) {
            uint64_t value[COUNTED];
            for (int i = 0; i < COUNTED; i++) {
                value[i] = grown(&now->data[node][slot][i], &then->data[node][slot][i]);
            }
            if (value[READS] > 0 || value[WRITES] > 0) {
                fprintf(out, "data cpu=%d node=%d slot=%d reads=%" PRIu64 " writes=%" PRIu64 " fills=%" PRIu64 "\n", c,
                        node, slot, value[READS], value[WRITES], value[FILLS]);
            }
        }
    }
}

void write_mark(const char *words) {
    fprintf(out, "mark %s\n", words);
    uint64_t lost = 0, entries[MAXIMUM_FUNCTIONS] = {0}, instructions[MAXIMUM_FUNCTIONS] = {0};
    for (int c = 0; c < vcpu_count; c++) {
        write_vcpu(c);
        lost += grown(&vcpus[c].now.lost, &before[c].lost);
        for (int i = 0; i < function_count; i++) {
            entries[i] += grown(&vcpus[c].now.entries[i], &before[c].entries[i]);
            instructions[i] += grown(&vcpus[c].now.instructions[i], &before[c].instructions[i]);
        }
    }
    for (int i = 0; i < function_count; i++) {
        if (functions[i].kind != CONFIRM) {
            fprintf(out, "root name=%s entries=%" PRIu64 " instructions=%" PRIu64 "\n", functions[i].name, entries[i],
                    instructions[i]);
        }
    }
    uint64_t time = thread_ns();
    fprintf(out, "end thread_ns=%" PRIu64 " lost=%" PRIu64 "\n", time - thread_ns_before, lost);
    thread_ns_before = time;
    fflush(out);
}

static void obey(char *line) {
    char name[64];
    uint64_t address;
    if (strncmp(line, "mark ", 5) == 0) {
        write_mark(line + 5);
    } else if (sscanf(line, "root %63s %" SCNx64, name, &address) == 2) {
        name_function(name, ROOT, address);
    } else if (sscanf(line, "perhaps %63s %" SCNx64, name, &address) == 2) {
        name_function(name, PERHAPS, address);
    } else if (sscanf(line, "confirm %63s %" SCNx64, name, &address) == 2) {
        name_function(name, CONFIRM, address);
    } else {
        fprintf(out, "unknown %s\n", line);
        fflush(out);
    }
}

void hear(char byte) {
    static char line[LINE_BYTES];
    static size_t length;
    pthread_mutex_lock(&lock);
    if (byte == '\n') {
        line[length] = '\0';
        length = 0;
        obey(line);
    } else if (length < sizeof line - 1) {
        line[length++] = byte;
    }
    pthread_mutex_unlock(&lock);
}
