#define _GNU_SOURCE
#include "CLinuxShims.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

int numawatch_set_thread_name(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}
