// Marks in a trace: what the kernel's ledger of a thread says, written into the trace right after it was read. Between
// the two the kernel goes on, so nothing else is done there, and no program is started.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

// A ledger has about 3 KiB, and 120 bytes more for each node.
enum { FILE_BYTES = 32768 };

// Reads a file of /proc to its end, ended by a zero; returns its length, 0 where the thread is gone.
static size_t read_text(const char *path, char text[FILE_BYTES]) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    size_t length = 0;
    while (length < FILE_BYTES - 1) {
        ssize_t part = read(file, text + length, FILE_BYTES - 1 - length);
        if (part <= 0) {
            break;
        }
        length += (size_t)part;
    }
    close(file);
    text[length] = '\0';
    return length;
}

// A field of a stat file by its number in proc(5), from 3 on; -1 where it is missing. Field 2 is the program, whose
// name may hold blanks and brackets.
static long stat_field(const char *text, int number) {
    const char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < number; field++) {
        at = strchr(at + 1, ' ');
    }
    return at == NULL ? -1 : strtol(at, NULL, 10);
}

// Appends a line of the ledger as marks have it: without the blanks around its first colon, ended by a semicolon.
static size_t append_line(char *mark, size_t length, const char *line, size_t count) {
    const char *colon = memchr(line, ':', count);
    size_t before = colon == NULL ? count : (size_t)(colon - line);
    size_t after = before;
    if (colon != NULL) {
        while (before > 0 && line[before - 1] == ' ') {
            before--;
        }
        do {
            after++;
        } while (after < count && line[after] == ' ');
    }
    memcpy(mark + length, line, before);
    length += before;
    if (colon != NULL) {
        mark[length++] = ':';
    }
    memcpy(mark + length, line + after, count - after);
    length += count - after;
    mark[length++] = ';';
    return length;
}

// `SCHED TID CPU LINES` from a file `sched`: its lines about balancing and the time the thread ran.
static size_t compose(char mark[FILE_BYTES], int thread, long cpu, const char *ledger) {
    size_t length = (size_t)snprintf(mark, FILE_BYTES, "SCHED %d %ld ", thread, cpu);
    // The first line names the program, whatever its name.
    const char *line = strchr(ledger, '\n');
    while (line != NULL && *++line != '\0') {
        const char *end = strchrnul(line, '\n');
        size_t count = (size_t)(end - line);
        bool counts = memmem(line, count, "numa", 4) != NULL || memmem(line, count, "sum_exec_runtime", 16) != NULL;
        // A line grows by its semicolon at most.
        if (counts && length + count + 2 < FILE_BYTES) {
            length = append_line(mark, length, line, count);
        }
        line = *end == '\0' ? NULL : end;
    }
    return length;
}

static void mark_thread(int marker, int process, int thread) {
    static char text[FILE_BYTES], mark[FILE_BYTES];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", process, thread);
    if (read_text(path, text) == 0) {
        return;
    }
    long cpu = stat_field(text, 39);
    snprintf(path, sizeof path, "/proc/%d/task/%d/sched", process, thread);
    if (read_text(path, text) == 0) {
        return;
    }
    size_t length = compose(mark, thread, cpu, text);
    // Kernels before 6.9 take 1,024 bytes at once: the rest is a second mark.
    for (size_t done = 0; done < length;) {
        ssize_t part = write(marker, mark + done, length - done);
        if (part < 0 && errno != EINTR) {
            fail("write to trace_marker");
        }
        done += part > 0 ? (size_t)part : 0;
    }
}

// The next entry of a directory that is a number; 0 at its end.
static int next_number(DIR *entries) {
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (isdigit((unsigned char)entry->d_name[0])) {
            return atoi(entry->d_name);
        }
    }
    return 0;
}

static void mark_threads(int marker, int process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    if (threads == NULL) {
        return;
    }
    for (int thread; (thread = next_number(threads)) != 0;) {
        mark_thread(marker, process, thread);
    }
    closedir(threads);
}

static bool is_in_session(int process, int session) {
    static char text[FILE_BYTES];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    return read_text(path, text) > 0 && stat_field(text, 6) == session;
}

// Whether a process is there and not only waiting to be reaped.
static bool is_running(int process) {
    static char text[FILE_BYTES];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    const char *name_end = read_text(path, text) > 0 ? strrchr(text, ')') : NULL;
    return name_end != NULL && strncmp(name_end, ") Z", 3) != 0;
}

static void mark_session(int marker, int session) {
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        fail("/proc");
    }
    for (int process; (process = next_number(processes)) != 0;) {
        if (is_in_session(process, session)) {
            mark_threads(marker, process);
        }
    }
    closedir(processes);
}

void write_marks(int session, const char *path, int period_ms) {
    int marker = open(path, O_WRONLY | O_CLOEXEC);
    if (marker < 0) {
        fail(path);
    }
    // Nothing gets between reading and writing; where that is not allowed, marks are a little older.
    struct sched_param priority = {.sched_priority = 1};
    sched_setscheduler(0, SCHED_FIFO, &priority);
    mark_session(marker, session);
    while (period_ms > 0 && is_running(session)) {
        usleep((useconds_t)period_ms * 1000);
        mark_session(marker, session);
    }
    close(marker);
}
