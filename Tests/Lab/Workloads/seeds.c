// Seeds: behaviours whose memory accesses are known beforehand, for an emulator that counts them (Plugin/truth.c).
//
// Work is fixed, not time: each thread sweeps its memory `rounds` times per window, `windows` times, and all
// threads wait for each other at a window's end, where the main thread marks it. So a seed makes the same number of
// accesses to its data however fast the host is, with balancing on or off. What is not the same is where the data
// is: that is looked at.
//
// Data lies at fixed addresses, a slot for each kind of it. The main thread stays away from the CPUs of the seed.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <numa.h>
#include <numaif.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "workload.h"

enum {
    // Of the 64 cache lines of a page, those that are used.
    LINES_USED = 8,
    LINE_BYTES = 64,
    // Of computing between a load and a store, each of some four instructions.
    STEPS_PER_LINE = 4,
    SLOT_SHIFT = 36,
    SMALL_PAGE_BYTES = 4096,
    HUGE_PAGE_BYTES = 2 << 20,
    // Slots: each thread's own data, or what all share, from 1 on; memory of a second kind; what nodes are told
    // apart by.
    DATA_SLOT = 1,
    SECOND_SLOT = 8,
    CALIBRATION_SLOT = 15,
    // Small enough to stay in a cache, and used as often as makes it a fifth of all accesses.
    SECOND_PAGES = 64,
    MAXIMUM_THREADS = 16,
};
static const uintptr_t CHANNEL = 0x5f0000000000;
static const uintptr_t SLOTS_BEGIN = 0x600000000000;

// --- The channel to the emulator: a store to CHANNEL + b says the byte b.

static volatile char *channel;

static void open_channel(void) {
    channel = mmap((void *)CHANNEL, SMALL_PAGE_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (channel == MAP_FAILED) {
        fail("mmap of the channel");
    }
    channel[0] = 0;
}

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    strcat(line, "\n");
    for (const char *byte = line; *byte != '\0'; byte++) {
        channel[(unsigned char)*byte] = 0;
    }
}

// Which functions of the kernel do the work of balancing. Names before and after they were about folios: a kernel
// has one or the other.
static const struct {
    const char *kind, *name;
} functions[] = {
    {"root", "task_numa_work"},
    {"root", "migrate_misplaced_folio"},
    {"root", "migrate_misplaced_folio_prepare"},
    {"root", "migrate_misplaced_page"},
    {"perhaps", "exc_page_fault"},
    {"confirm", "task_numa_fault"},
    {"confirm", "mpol_misplaced"},
};

static void tell_functions(void) {
    FILE *file = fopen("/proc/kallsyms", "r");
    if (file == NULL) {
        fail("/proc/kallsyms");
    }
    // "ffffffff81123dc0 t task_numa_work": of 200,000 lines nearly all are told from the others by a letter.
    char line[512];
    while (fgets(line, sizeof line, file) != NULL) {
        char *type = strchr(line, ' ');
        if (type == NULL || (type[1] != 't' && type[1] != 'T') || type[2] != ' ') {
            continue;
        }
        char *name = type + 3;
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
            size_t length = strlen(functions[i].name);
            // What the compiler made of a function for some of its callers has its name and a suffix.
            if (*name == *functions[i].name && strncmp(name, functions[i].name, length) == 0 &&
                strchr(".\t\n", name[length]) != NULL && strstr(name, ".cold") == NULL) {
                tell("%s %s %.*s", functions[i].kind, functions[i].name, (int)(type - line), line);
            }
        }
    }
    fclose(file);
}

// --- Memory

static struct region map_slot(int slot, size_t bytes, bool huge) {
    char *start = mmap((void *)(SLOTS_BEGIN + ((uintptr_t)(slot - 1) << SLOT_SHIFT)), bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (start == MAP_FAILED) {
        fail("mmap of a slot");
    }
    if (madvise(start, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) != 0 && errno != EINVAL) {
        fail("madvise");
    }
    return (struct region){.start = start, .bytes = bytes};
}

static void bind_to(struct region region, int node) {
    struct bitmask *nodes = numa_allocate_nodemask();
    numa_bitmask_setbit(nodes, (unsigned)node);
    if (mbind(region.start, region.bytes, MPOL_BIND, nodes->maskp, nodes->size + 1, 0) != 0) {
        fail("mbind");
    }
    numa_free_nodemask(nodes);
}

// As a virtual machine's memory is held that a device may write to: locked, and pinned for as long as a ring of
// io_uring has it as its buffers. Where the kernel has no io_uring it is locked alone, and the `pinned` line says
// so.
static void pin(struct region region) {
    if (mlock(region.start, region.bytes) != 0) {
        fail("mlock");
    }
    struct io_uring_params parameters = {0};
    long ring = syscall(SYS_io_uring_setup, 4, &parameters);
    struct iovec buffer = {.iov_base = region.start, .iov_len = region.bytes};
    bool pinned = ring >= 0 && syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1) == 0;
    say("pinned locked=yes long_term=%s", pinned ? "yes" : "no");
}

static void sweep_lines(struct region region, uint64_t round) {
    size_t pages = region.bytes / SMALL_PAGE_BYTES;
    size_t stride = (size_t)((double)pages * 0.618) | 1;
    size_t page = (size_t)(round * 7919) % pages;
    for (size_t i = 0; i < pages; i++) {
        char *start = region.start + page * SMALL_PAGE_BYTES;
        // A load and a store each, and some computing, as programs do: time passes by what is executed. Not by one
        // instruction: its store faults on a page that has just been moved, and its load would be counted twice.
        for (int line = 0; line < LINES_USED; line++) {
            volatile uint64_t *word = (volatile uint64_t *)(start + line * LINE_BYTES);
            uint64_t value = *word;
            for (int step = 0; step < STEPS_PER_LINE; step++) {
                value = value * 6364136223846793005 + (value >> 33);
            }
            *word = value + 1;
        }
        page += stride;
        while (page >= pages) {
            page -= pages;
        }
    }
}

// --- CPUs: threads take those of a node from the first on, the main thread the last of the first node.

static int cpu_of(int node, int index) {
    struct bitmask *cpus = numa_allocate_cpumask();
    int found = -1;
    if (numa_node_to_cpus(node, cpus) != 0) {
        fail("numa_node_to_cpus");
    }
    for (unsigned cpu = 0; cpu < cpus->size; cpu++) {
        if (numa_bitmask_isbitset(cpus, cpu) && (found < 0 || index-- > 0)) {
            found = (int)cpu;
        }
    }
    numa_free_cpumask(cpus);
    return found;
}

static void run_on_cpu(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        fail("sched_setaffinity");
    }
}

// --- Threads

struct seed_thread {
    pthread_t thread;
    // In the order of the node numbers, not node numbers: where it runs, where its data is first touched.
    int node, home;
    // Of the CPUs of its node.
    int cpu;
    struct region data, second;
    // Sweeps between changes of the node; 0: never.
    int hop_rounds;
};

struct seed_run {
    const struct options *options;
    int nodes[MAXIMUM_NODES];
    int node_count;
    int thread_count;
    struct seed_thread threads[MAXIMUM_THREADS];
    pthread_barrier_t window;
};

static struct seed_run run;

static void *work(void *argument) {
    struct seed_thread *self = argument;
    int node = self->node;
    run_on_cpu(cpu_of(run.nodes[node], self->cpu));
    uint64_t round = 0;
    // The first wait is for the mark of what was set up.
    pthread_barrier_wait(&run.window);
    pthread_barrier_wait(&run.window);
    for (int window = 0; window < run.options->windows; window++) {
        for (int i = 0; i < run.options->rounds; i++, round++) {
            if (self->hop_rounds > 0 && round > 0 && round % (uint64_t)self->hop_rounds == 0) {
                node = (node + 1) % run.node_count;
                run_on_cpu(cpu_of(run.nodes[node], self->cpu));
            }
            sweep_lines(self->data, round);
            // A quarter of the pages of the other data.
            size_t turns = self->second.bytes == 0 ? 0 : self->data.bytes / 4 / self->second.bytes;
            for (size_t turn = 0; turn < turns; turn++) {
                sweep_lines(self->second, round + turn);
            }
        }
        pthread_barrier_wait(&run.window);
        pthread_barrier_wait(&run.window);
    }
    return NULL;
}

static void mark(int window) {
    tell("mark seed=%s run=%s window=%d", run.options->name, run.options->label, window);
    say("window number=%d", window);
}

static void count_faults(const char *when) {
    FILE *file = fopen("/proc/vmstat", "r");
    if (file == NULL) {
        fail("/proc/vmstat");
    }
    char name[128], line[1024] = "";
    unsigned long long value;
    while (fscanf(file, "%127s %llu", name, &value) == 2) {
        if (strncmp(name, "numa_hint_faults", 16) == 0 || strcmp(name, "numa_pte_updates") == 0 ||
            strcmp(name, "numa_huge_pte_updates") == 0 || strcmp(name, "numa_pages_migrated") == 0) {
            snprintf(line + strlen(line), sizeof line - strlen(line), " %s=%llu", name, value);
        }
    }
    fclose(file);
    say("vmstat when=%s time_ns=%llu%s", when, (unsigned long long)now_ns(), line);
}

// Whoever watches says when it has begun to, with SIGUSR1; all threads have it blocked.
static void wait_for_start(void) {
    sigset_t start;
    sigemptyset(&start);
    sigaddset(&start, SIGUSR1);
    int signal;
    sigwait(&start, &signal);
}

// Runs the threads of `run` to the end of their work, then waits to be stopped: whoever watches can look at what is
// left.
static void run_threads(void) {
    pthread_barrier_init(&run.window, NULL, (unsigned)run.thread_count + 1);
    for (int i = 0; i < run.thread_count; i++) {
        int error = pthread_create(&run.threads[i].thread, NULL, work, &run.threads[i]);
        if (error != 0) {
            errno = error;
            fail("pthread_create");
        }
    }
    say("ready");
    wait_for_start();
    for (int window = 0; window <= run.options->windows; window++) {
        pthread_barrier_wait(&run.window);
        mark(window);
        if (window == 0 || window == run.options->windows) {
            count_faults(window == 0 ? "before" : "after");
        }
        pthread_barrier_wait(&run.window);
    }
    for (int i = 0; i < run.thread_count; i++) {
        pthread_join(run.threads[i].thread, NULL);
        if (i == 0 || run.threads[i].data.start != run.threads[0].data.start) {
            say_pages(run.threads[i].data);
        }
    }
    say("done rounds=%d", run.options->windows * run.options->rounds * run.thread_count);
    wait_until_stopped(run.options);
}

// --- The seeds

static struct region touched(int slot, size_t bytes, int home, bool huge) {
    struct region region = map_slot(slot, bytes, huge);
    run_on_cpu(cpu_of(run.nodes[home], 0));
    // Whole pages, so that none is the kernel's shared page of zeros.
    touch(region);
    run_on_cpu(cpu_of(run.nodes[0], MAXIMUM_THREADS));
    return region;
}

// `count` threads with data of their own, each on a node and with its data on another.
static void own_data(int count, int node, int home) {
    run.thread_count = count;
    for (int i = 0; i < count; i++) {
        run.threads[i] = (struct seed_thread){.node = (node + i) % run.node_count, .home = (home + i) % run.node_count};
        run.threads[i].data =
            touched(DATA_SLOT + i, bytes_or(run.options, 8), run.threads[i].home, run.options->huge);
    }
}

// `count` threads that share data, on one node after the other.
static void common_data(int count) {
    struct region region = touched(DATA_SLOT, bytes_or(run.options, 8), 0, run.options->huge);
    run.thread_count = count;
    for (int i = 0; i < count; i++) {
        run.threads[i] =
            (struct seed_thread){.node = i % run.node_count, .cpu = i / run.node_count, .data = region};
    }
}

static void seed_private(void) { own_data(1, 1, 0); }

static void seed_right(void) { own_data(1, 1, 1); }

static void seed_pingpong(void) { common_data(2); }

static void seed_shared(void) { common_data(4); }

static void seed_hopper(void) {
    own_data(1, 0, 0);
    // Often enough for several hops in each window.
    run.threads[0].hop_rounds = run.options->rounds / 4 > 0 ? run.options->rounds / 4 : 1;
}

static void seed_phases(void) {
    own_data(1, 0, 0);
    run.threads[0].hop_rounds = run.options->rounds * run.options->windows / 2;
}

static void seed_bound(void) {
    struct region data = map_slot(DATA_SLOT, bytes_or(run.options, 8), run.options->huge);
    bind_to(data, run.nodes[0]);
    touch(data);
    run.thread_count = 1;
    run.threads[0] = (struct seed_thread){.node = 1, .data = data};
    run.threads[0].second = touched(SECOND_SLOT, (size_t)SECOND_PAGES * SMALL_PAGE_BYTES, 1, false);
}

static void seed_pinned(void) {
    own_data(1, 1, 0);
    pin(run.threads[0].data);
}

static void seed_four(void) {
    if (run.node_count < 4) {
        fprintf(stderr, "numawatch-workload: the seed four needs four nodes\n");
        exit(2);
    }
    own_data(4, 0, 1);
}

// Comes first. Tells the emulator where functions are, and lets it say which node it takes memory to be on: data
// that is bound to a node, touched by the main thread, a window for each.
static void seed_calibration(void) {
    tell_functions();
    for (int i = 0; i < run.node_count; i++) {
        struct region region = map_slot(CALIBRATION_SLOT, (size_t)SECOND_PAGES * SMALL_PAGE_BYTES, false);
        bind_to(region, run.nodes[i]);
        touch(region);
        tell("mark seed=calibration run=%s window=%d", run.options->label, run.nodes[i]);
        munmap(region.start, region.bytes);
    }
}

static const struct {
    const char *name;
    void (*set_up)(void);
    const char *what;
} seeds[] = {
    {"calibration", seed_calibration, "data bound to each node in turn, touched once: which node is which"},
    {"private", seed_private, "one thread, its data first touched on another node"},
    {"right", seed_right, "one thread, its data on its own node from the start"},
    {"pingpong", seed_pingpong, "two threads on two nodes that use the same data"},
    {"shared", seed_shared, "four threads, two on each of two nodes, that use the same data"},
    {"hopper", seed_hopper, "one thread that goes to the next node four times in each window"},
    {"phases", seed_phases, "one thread that goes to the next node once, halfway"},
    {"bound", seed_bound, "data bound to another node, and a fifth as many accesses to a little data at hand"},
    {"pinned", seed_pinned, "data on another node, locked and pinned for long as a virtual machine's may be"},
    {"four", seed_four, "four threads on four nodes, the data of each on the next node"},
};

void say_seeds(FILE *file) {
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        fprintf(file, "  %-11s %s\n", seeds[i].name, seeds[i].what);
    }
}

bool run_seed(const struct options *options) {
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        if (strcmp(seeds[i].name, options->name) == 0) {
            run.options = options;
            run.node_count = cpu_nodes(run.nodes);
            if (run.node_count < 2) {
                fprintf(stderr, "numawatch-workload: seeds need two nodes with CPUs\n");
                exit(2);
            }
            sigset_t start;
            sigemptyset(&start);
            sigaddset(&start, SIGUSR1);
            pthread_sigmask(SIG_BLOCK, &start, NULL);
            say("start name=%s pid=%d", options->name, (int)getpid());
            open_channel();
            run_on_cpu(cpu_of(run.nodes[0], MAXIMUM_THREADS));
            seeds[i].set_up();
            if (run.thread_count > 0) {
                run_threads();
            }
            return true;
        }
    }
    return false;
}
