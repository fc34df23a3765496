#include <errno.h>
#include <signal.h>

#include "workload.h"

void start_workers(struct worker *workers, int count, void *(*body)(void *)) {
    // Signals go to the thread that waits for them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (int i = 0; i < count; i++) {
        workers[i].index = i;
        int error = pthread_create(&workers[i].thread, NULL, body, &workers[i]);
        if (error != 0) {
            errno = error;
            fail("pthread_create");
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

uint64_t join_workers(struct worker *workers, int count) {
    uint64_t rounds = 0;
    for (int i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        rounds += workers[i].rounds;
    }
    return rounds;
}

void *use_on_thread_node(void *argument) {
    struct worker *worker = argument;
    run_on_node(worker->options->thread_node);
    while (!stopping()) {
        sweep(worker->region, worker->rounds++);
    }
    return NULL;
}
