// Many processes, and processes that live for moments.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

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

// Half of the children only fork and end, half execute a new program (this one, as `mayfly`).
static void *breed(void *argument) {
    struct worker *worker = argument;
    while (!stopping()) {
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
