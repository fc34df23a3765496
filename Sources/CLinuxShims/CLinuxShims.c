#define _GNU_SOURCE
#include "CLinuxShims.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

const uint64_t numawatch_resolve_in_root = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
const int numawatch_o_path = O_PATH;

const int numawatch_o_tmpfile = O_TMPFILE;

int numawatch_openat2(int directory, const char *path, int flags, uint64_t resolve) {
    // The kernel refuses unknown bits in the 64-bit flags, so the sign of `flags` must not be extended.
    struct open_how how = {.flags = (uint64_t)(unsigned int)flags, .mode = 0, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

ssize_t numawatch_getdents64(int descriptor, void *buffer, size_t length) {
    return getdents64(descriptor, buffer, length);
}

int numawatch_peer_credentials(int socket, pid_t *process, uid_t *user, gid_t *group) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        return -1;
    }
    *process = credentials.pid;
    *user = credentials.uid;
    *group = credentials.gid;
    return 0;
}

int numawatch_unix_stream_socket(void) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int numawatch_loopback_listener(int ipv6, unsigned short port, int backlog) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int descriptor = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return -1;
    }
    // A port is free at once when the one before us has ended.
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(descriptor, ipv6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4, ipv6 ? sizeof v6 : sizeof v4) != 0 ||
        listen(descriptor, backlog) != 0) {
        int saved = errno;
        close(descriptor);
        errno = saved;
        return -1;
    }
    return descriptor;
}

int numawatch_loopback_version(int socket, unsigned short *port) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    if (getsockname(socket, (struct sockaddr *)&address, &length) != 0) {
        return 0;
    }
    if (address.ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
        *port = ntohs(v4->sin_port);
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127 ? 4 : 0;
    }
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
        *port = ntohs(v6->sin6_port);
        return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ? 6 : 0;
    }
    return 0;
}

int numawatch_set_thread_name(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

int numawatch_return_free_memory(void) {
    return malloc_trim(0);
}

int numawatch_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX) {
        return INT_MAX;
    }
    return (int)limit.rlim_cur;
}

static int numawatch_bpf(int command, union bpf_attr *attributes) {
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

int numawatch_bpf_load_iterator(const void *instructions, uint32_t count, uint32_t function, const char *licence,
                                const char *name, char *log, uint32_t log_size) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_TRACING;
    attributes.expected_attach_type = BPF_TRACE_ITER;
    attributes.attach_btf_id = function;
    attributes.insns = (uintptr_t)instructions;
    attributes.insn_cnt = count;
    attributes.license = (uintptr_t)licence;
    strncpy(attributes.prog_name, name, sizeof attributes.prog_name - 1);
    if (log != NULL) {
        attributes.log_buf = (uintptr_t)log;
        attributes.log_size = log_size;
        attributes.log_level = 1;
    }
    return numawatch_bpf(BPF_PROG_LOAD, &attributes);
}

int numawatch_bpf_link_iterator(int program) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.link_create.prog_fd = (uint32_t)program;
    attributes.link_create.attach_type = BPF_TRACE_ITER;
    return numawatch_bpf(BPF_LINK_CREATE, &attributes);
}

int numawatch_bpf_pin(int descriptor, const char *path) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.pathname = (uintptr_t)path;
    attributes.bpf_fd = (uint32_t)descriptor;
    return numawatch_bpf(BPF_OBJ_PIN, &attributes);
}

// Opens those of the descriptors 0 to 2 that were closed when the program was started on /dev/null. Else the next file
// that is opened would be taken for standard output, and what is written there would end up in it.
//
// Before main(), because an asynchronous main program of Swift has threads, and libdispatch its descriptors, before the
// first statement of ours.
__attribute__((constructor)) static void numawatch_open_standard_descriptors(void) {
    for (int number = 0; number <= 2; number++) {
        if (fcntl(number, F_GETFD) == -1 && errno == EBADF) {
            // open(2) gives the lowest number that is free: this one. Writing to an output that was closed goes on to
            // fail, so that no one takes what is lost for printed.
            (void)!open("/dev/null", O_RDONLY);
        }
    }
}

static const int numawatch_faults[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
#define NUMAWATCH_FAULT_COUNT (sizeof numawatch_faults / sizeof *numawatch_faults)
static struct {
    volatile sig_atomic_t is_on;
    int descriptor;
    struct termios settings;
    char bytes[255];
    size_t length;
    struct sigaction before[NUMAWATCH_FAULT_COUNT];
} numawatch_guard;

static void numawatch_restore_terminal(int signal) {
    if (numawatch_guard.is_on) {
        numawatch_guard.is_on = 0;
        // There is nobody to tell if this fails.
        ssize_t written = write(numawatch_guard.descriptor, numawatch_guard.bytes, numawatch_guard.length);
        (void)written;
        tcsetattr(numawatch_guard.descriptor, TCSANOW, &numawatch_guard.settings);
    }
    for (size_t index = 0; index < NUMAWATCH_FAULT_COUNT; index++) {
        if (numawatch_faults[index] == signal) {
            sigaction(signal, &numawatch_guard.before[index], NULL);
        }
    }
    // A fault comes again when the handler returns; one that was sent does not.
    raise(signal);
}

int numawatch_guard_terminal(int descriptor, const void *bytes, size_t length) {
    if (length > sizeof numawatch_guard.bytes) {
        errno = EINVAL;
        return -1;
    }
    if (tcgetattr(descriptor, &numawatch_guard.settings) != 0) {
        return -1;
    }
    numawatch_guard.descriptor = descriptor;
    memcpy(numawatch_guard.bytes, bytes, length);
    numawatch_guard.length = length;
    struct sigaction action = {.sa_handler = numawatch_restore_terminal, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t index = 0; index < NUMAWATCH_FAULT_COUNT; index++) {
        sigaction(numawatch_faults[index], &action, &numawatch_guard.before[index]);
    }
    numawatch_guard.is_on = 1;
    return 0;
}

void numawatch_release_terminal(void) {
    if (!numawatch_guard.is_on) {
        return;
    }
    numawatch_guard.is_on = 0;
    for (size_t index = 0; index < NUMAWATCH_FAULT_COUNT; index++) {
        sigaction(numawatch_faults[index], &numawatch_guard.before[index], NULL);
    }
}
