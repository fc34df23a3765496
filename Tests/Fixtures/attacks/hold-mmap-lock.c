// A process whose mmap_lock is never let go of, as any user may make one with a FUSE file system of their own.
//
//     hold-mmap-lock [MIB]
//
// The file system, in a mount namespace of its own, has one file, and never answers a WRITE. Its user maps the file and
// makes a page dirty. One thread syncs it, so that the page is under write-back for ever; another writes to it again, and
// waits in the page fault, with the lock or its mapping's part of it; the main thread unmaps it, and waits for the fault
// with mmap_lock taken for writing. MIB of 4 KiB pages are beside it.
//
// Prints "pid N" once all of them wait. Ends, and lets everything go, when standard input ends or it is killed: the
// kernel aborts a FUSE connection whose server has gone. Exit status 77: a file system cannot be mounted here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_MOUNT = 77, FILE_NODE = 2 };
static const char *const directory = "/tmp";

/// What server and user of the file system tell each other.
static struct shared { volatile int write_waits; volatile int toucher; } *shared;
static volatile char *page;

static void fail(int status, const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(status);
}

static void write_file(const char *path, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int file = open(path, O_WRONLY);
    if (file >= 0) { vdprintf(file, format, arguments); close(file); }
    va_end(arguments);
}

/// Whether a thread waits in the kernel and cannot be interrupted.
static int waits(int pid, int tid) {
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", pid, tid);
    int file = open(path, O_RDONLY);
    if (file < 0) return 0;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    const char *end = count > 0 ? strrchr(text, ')') : NULL;
    return end && end[1] == ' ' && end[2] == 'D';
}

static void *sync_page(void *unused) { msync((void *)page, 4096, MS_SYNC); return unused; }

static void *touch_page(void *unused) {
    shared->toucher = (int)syscall(SYS_gettid);
    page[0] = 2;
    return unused;
}

static void hold(size_t mib) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mib) {
        char *memory = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) fail(1, "mmap");
        madvise(memory, mib << 20, MADV_NOHUGEPAGE);
        memset(memory, 1, mib << 20);
    }
    int file = open("/tmp/file", O_RDWR);
    if (file < 0) fail(1, "open");
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) fail(1, "mmap of the file");
    page[0] = 1;
    pthread_t thread;
    pthread_create(&thread, NULL, sync_page, NULL);
    while (!shared->write_waits) usleep(1000);
    pthread_create(&thread, NULL, touch_page, NULL);
    while (!shared->toucher || !waits(getpid(), shared->toucher)) usleep(1000);
    munmap((void *)page, 4096);
    pause();
}

static void attributes(struct fuse_attr *attr, uint64_t node) {
    attr->ino = node;
    attr->mode = node == FUSE_ROOT_ID ? S_IFDIR | 0777 : S_IFREG | 0666;
    attr->nlink = 1;
    attr->size = 4096;
    attr->blksize = 4096;
}

static void answer(int device, uint64_t unique, int error, const void *body, size_t length) {
    struct { struct fuse_out_header header; char body[8192]; } reply = {.header = {0}};
    reply.header.len = sizeof reply.header + length;
    reply.header.error = error;
    reply.header.unique = unique;
    if (length) memcpy(reply.body, body, length);
    if (write(device, &reply, reply.header.len) < 0 && errno != ENOENT) fail(1, "answer");
}

static void serve(int device, const struct fuse_in_header *in, const void *argument) {
    static const char zeros[4096];
    switch (in->opcode) {
    case FUSE_INIT: {
        struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION};
        out.max_write = 4096;
        if (((const struct fuse_init_in *)argument)->minor < out.minor)
            out.minor = ((const struct fuse_init_in *)argument)->minor;
        return answer(device, in->unique, 0, &out, sizeof out);
    }
    case FUSE_LOOKUP: {
        struct fuse_entry_out out = {.nodeid = FILE_NODE, .attr_valid = 3600, .entry_valid = 3600};
        attributes(&out.attr, FILE_NODE);
        return answer(device, in->unique, 0, &out, sizeof out);
    }
    case FUSE_GETATTR:
    case FUSE_SETATTR: {
        struct fuse_attr_out out = {.attr_valid = 3600};
        attributes(&out.attr, in->nodeid);
        return answer(device, in->unique, 0, &out, sizeof out);
    }
    case FUSE_OPEN: {
        struct fuse_open_out out = {0};
        return answer(device, in->unique, 0, &out, sizeof out);
    }
    case FUSE_READ: return answer(device, in->unique, 0, zeros, sizeof zeros);
    case FUSE_WRITE: shared->write_waits = 1; return;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT: return;
    default: return answer(device, in->unique, -ENOSYS, NULL, 0);
    }
}

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int user = (int)getuid(), group = (int)getgid();
    if (unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) fail(CANNOT_MOUNT, "unshare");
    if (user != 0) {
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", "%d %d 1", user, user);
        write_file("/proc/self/gid_map", "%d %d 1", group, group);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail(CANNOT_MOUNT, "make mounts private");
    int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0) fail(CANNOT_MOUNT, "/dev/fuse");
    char options[128];
    snprintf(options, sizeof options, "fd=%d,rootmode=40777,user_id=%d,group_id=%d", device, user, group);
    if (mount("numawatch-test", directory, "fuse", MS_NOSUID | MS_NODEV, options) != 0) fail(CANNOT_MOUNT, "mount");

    int holder = fork();
    if (holder == 0) {
        close(device);
        hold(count > 1 ? strtoul(arguments[1], NULL, 10) : 0);
    }
    int is_said = 0;
    while (1) {
        struct pollfd descriptors[] = {{device, POLLIN, 0}, {0, POLLIN, 0}};
        if (poll(descriptors, 2, 5) < 0 && errno != EINTR) break;
        if (descriptors[1].revents) break;
        if (waitpid(holder, NULL, WNOHANG) == holder) return 1;
        if (!is_said && shared->toucher && waits(holder, shared->toucher) && waits(holder, holder)) {
            is_said = 1;
            printf("pid %d\n", holder);
            fflush(stdout);
        }
        if (!descriptors[0].revents) continue;
        static char request[65536] __attribute__((aligned(8)));
        ssize_t length = read(device, request, sizeof request);
        if (length < (ssize_t)sizeof(struct fuse_in_header)) {
            if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOENT)) continue;
            break;
        }
        serve(device, (void *)request, request + sizeof(struct fuse_in_header));
    }
    kill(holder, SIGKILL);
    close(device);
    waitpid(holder, NULL, 0);
    return 0;
}
