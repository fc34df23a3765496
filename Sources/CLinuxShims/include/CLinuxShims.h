// What Swift cannot import from the C library, each symbol with its reason. Everything here starts with `numawatch_`.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// openat2(2) has no C library wrapper before glibc 2.42, and syscall(2), which would reach it, is variadic.
/// `resolve` takes RESOLVE_* flags. Returns a descriptor, or -1 with errno.
int numawatch_openat2(int directory, const char *path, int flags, uint64_t resolve);

/// RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS: <linux/openat2.h> is in no Swift module.
extern const uint64_t numawatch_resolve_in_root;

/// O_PATH is declared only under _GNU_SOURCE, which Swift's Glibc module does not define.
extern const int numawatch_o_path;

/// O_TMPFILE is a macro of several flags, which Swift does not import, and declared only under _GNU_SOURCE.
extern const int numawatch_o_tmpfile;

/// getdents64(2) is declared only under _GNU_SOURCE.
ssize_t numawatch_getdents64(int descriptor, void *buffer, size_t length);

/// SO_PEERCRED fills a struct ucred, which is declared only under _GNU_SOURCE. Returns 0, or -1 with errno.
int numawatch_peer_credentials(int socket, pid_t *process, uid_t *user, gid_t *group);

/// A Unix stream socket, close-on-exec and non-blocking. SOCK_STREAM and its flags are an enum that Swift finds in
/// Glibc or, once <systemd/sd-daemon.h> is imported anywhere in the module, only there.
int numawatch_unix_stream_socket(void);

/// A TCP socket that listens on 127.0.0.1 or, with ipv6, on ::1, close-on-exec and non-blocking. The address structures
/// of both are used through a third, and SOCK_STREAM is what it is above. Returns -1 with errno.
int numawatch_loopback_listener(int ipv6, unsigned short port, int backlog);

/// What a socket is bound to: 4 or 6 for a TCP socket on a loopback address of that version, with its port; else 0.
int numawatch_loopback_version(int socket, unsigned short *port);

/// pthread_setname_np(3) is declared only under _GNU_SOURCE. Returns 0 or an errno.
int numawatch_set_thread_name(const char *name);

/// malloc_trim(3) is declared in <malloc.h>, which Swift's Glibc module leaves out. Returns 1 if memory was given back.
int numawatch_return_free_memory(void);

/// getrlimit(2) takes an enum in C++ and under _GNU_SOURCE, an int else: Swift's importer and the compiler disagree.
/// Returns the soft limit of open descriptors, INT_MAX where there is none.
int numawatch_descriptor_limit(void);

/// bpf(2) has no C library wrapper, syscall(2) is variadic, and union bpf_attr has parts without names, which Swift
/// imports without their fields. BPF_PROG_LOAD of a program that iterates: `instructions` of eight bytes, attached to
/// the function with this number in the BTF. What the verifier says goes to `log`, unless that is null. Returns a
/// descriptor, or -1 with errno.
int numawatch_bpf_load_iterator(const void *instructions, uint32_t count, uint32_t function, const char *licence,
                                const char *name, char *log, uint32_t log_size);

/// BPF_LINK_CREATE of such a program. Returns a descriptor, or -1 with errno.
int numawatch_bpf_link_iterator(int program);

/// BPF_OBJ_PIN. Returns 0, or -1 with errno.
int numawatch_bpf_pin(int descriptor, const char *path);

/// What happens to a terminal when the process ends by a fault of its own must be async-signal-safe, and Swift is not.
/// From here on, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV and SIGSYS first write `bytes` (at most 255) to the
/// terminal and give it the settings that it has now; then they do what they did. Returns 0, or -1 with errno.
int numawatch_guard_terminal(int descriptor, const void *bytes, size_t length);

/// Ends that.
void numawatch_release_terminal(void);
