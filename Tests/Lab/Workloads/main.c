#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

static const struct {
    const char *name;
    void (*run)(const struct options *);
    const char *what;
} workloads[] = {
    {"private", run_private, "threads with memory of their own, first touched on memory_node, used on thread_node"},
    {"shared", run_shared, "threads on all nodes use the same memory: they form a NUMA group"},
    {"churn", run_churn, "as `shared`, and each thread ends after period_ms and another takes its place"},
    {"pingpong", run_pingpong, "the same memory is used from one node, then from the next, every period_ms"},
    {"moves", run_moves, "threads with memory of their own move to the next node every period_ms"},
    {"policy", run_policy, "memory under policy=default|bind|preferred|interleave|local nodes=… balancing=yes|no"},
    {"vmas", run_vmas, "`maps` mappings of one page each, which the kernel cannot merge"},
    {"large", run_large, "one mapping of `mib` MiB, touched once, then swept"},
    {"processes", run_processes, "`count` processes, each with private memory on the wrong node"},
    {"spread", run_spread, "`count` processes, each with memory on memory_node and thread_node in another proportion"},
    {"segment", run_segment, "`count` processes, each of which maps all of one shared segment of `mib` MiB"},
    {"idle", run_idle, "`count` processes of `threads` threads each, all of which sleep"},
    {"storm", run_storm, "`count` threads that fork and exec without end, or once every period_ms"},
    {"stall", run_stall, "mmap and munmap beside a large mapping: how long each pair takes"},
};

static volatile sig_atomic_t stop_requested;

static void request_stop(int signal) {
    (void)signal;
    stop_requested = 1;
}

bool stopping(void) { return stop_requested != 0; }

void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void fail(const char *what) {
    fprintf(stderr, "numawatch-workload: %s: %s\n", what, strerror(errno));
    exit(1);
}

uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void wait_until_stopped(const struct options *options) {
    // alarm() sends SIGALRM, which is handled like SIGTERM; 0 sets none.
    alarm((unsigned)options->seconds);
    sigset_t blocked, open;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &blocked, &open);
    while (!stopping()) {
        sigsuspend(&open);
    }
    pthread_sigmask(SIG_SETMASK, &open, NULL);
}

static void usage(FILE *file) {
    fprintf(file, "usage: numawatch-workload NAME [count=N] [threads=N] [mib=N] [seconds=N] [memory_node=N]\n"
                  "    [thread_node=N] [period_ms=N] [maps=N] [policy=NAME] [nodes=LIST] [balancing=yes|no]\n"
                  "    [huge=yes|no]\n\n");
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
        fprintf(file, "  %-10s %s\n", workloads[i].name, workloads[i].what);
    }
    fprintf(file, "\nusage: numawatch-workload seed NAME [rounds=N] [windows=N] [label=TEXT] [mib=N] [huge=yes|no]\n"
                  "    a behaviour whose accesses an emulator counts (make truth)\n\n");
    say_seeds(file);
    fprintf(file, "\nusage: numawatch-workload marks SESSION FILE [PERIOD_MS]\n"
                  "    the ledgers of a session's threads as marks into FILE, a trace_marker (docs/tracing.md)\n");
}

static void refuse(const char *argument, const char *why) {
    fprintf(stderr, "numawatch-workload: %s: %s\n", argument, why);
    usage(stderr);
    exit(2);
}

static long number(const char *argument, const char *text, long least, long most) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least || value > most) {
        refuse(argument, "not a number in range");
    }
    return value;
}

static bool truth(const char *argument, const char *text) {
    if (strcmp(text, "yes") == 0) {
        return true;
    }
    if (strcmp(text, "no") != 0) {
        refuse(argument, "neither yes nor no");
    }
    return false;
}

static void read_option(struct options *options, const char *argument) {
    const char *equals = strchr(argument, '=');
    if (equals == NULL) {
        refuse(argument, "not KEY=VALUE");
    }
    size_t length = (size_t)(equals - argument);
    const char *value = equals + 1;
#define IS(key) (strlen(key) == length && strncmp(argument, key, length) == 0)
    if (IS("count")) {
        options->count = (int)number(argument, value, 1, 100000);
    } else if (IS("threads")) {
        options->threads = (int)number(argument, value, 1, 10000);
    } else if (IS("mib")) {
        options->mib = (size_t)number(argument, value, 1, 1 << 20);
    } else if (IS("seconds")) {
        options->seconds = (int)number(argument, value, 0, 86400);
    } else if (IS("memory_node")) {
        options->memory_node = (int)number(argument, value, -1, MAXIMUM_NODES - 1);
    } else if (IS("thread_node")) {
        options->thread_node = (int)number(argument, value, -1, MAXIMUM_NODES - 1);
    } else if (IS("period_ms")) {
        options->period_ms = (int)number(argument, value, 1, 1000000);
    } else if (IS("maps")) {
        options->maps = (int)number(argument, value, 1, 1000000);
    } else if (IS("policy")) {
        options->policy = value;
    } else if (IS("nodes")) {
        options->nodes = value;
    } else if (IS("balancing")) {
        options->balancing = truth(argument, value);
    } else if (IS("huge")) {
        options->huge = truth(argument, value);
    } else if (IS("rounds")) {
        options->rounds = (int)number(argument, value, 1, 1000000);
    } else if (IS("windows")) {
        options->windows = (int)number(argument, value, 1, 1000);
    } else if (IS("label")) {
        options->label = value;
    } else {
        refuse(argument, "unknown key");
    }
#undef IS
}

int main(int count, char **arguments) {
    if (count < 2) {
        usage(stderr);
        return 2;
    }
    if (strcmp(arguments[1], "--help") == 0) {
        usage(stdout);
        return 0;
    }
    // What `storm` executes: a life of a few milliseconds, with memory of its own.
    if (strcmp(arguments[1], "mayfly") == 0) {
        struct region region = map_region(1 << 20, false);
        touch(region);
        return 0;
    }
    if (strcmp(arguments[1], "marks") == 0) {
        if (count != 4 && count != 5) {
            usage(stderr);
            return 2;
        }
        int period_ms = count == 5 ? (int)number(arguments[4], arguments[4], 1, 100000) : 0;
        write_marks((int)number(arguments[2], arguments[2], 1, INT_MAX), arguments[3], period_ms);
        return 0;
    }
    bool seed = strcmp(arguments[1], "seed") == 0;
    if (seed && count < 3) {
        usage(stderr);
        return 2;
    }
    struct options options = {.name = arguments[seed ? 2 : 1],
                              .memory_node = -1,
                              .thread_node = -1,
                              .policy = "default",
                              .nodes = "all",
                              .rounds = 100,
                              .windows = 4,
                              .label = "-"};
    for (int i = seed ? 3 : 2; i < count; i++) {
        read_option(&options, arguments[i]);
    }
    struct sigaction action = {.sa_handler = request_stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    if (seed) {
        if (run_seed(&options)) {
            return 0;
        }
        refuse(options.name, "no such seed");
    }
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
        if (strcmp(workloads[i].name, options.name) == 0) {
            say("start name=%s pid=%d", options.name, (int)getpid());
            workloads[i].run(&options);
            return 0;
        }
    }
    refuse(options.name, "no such workload");
}
