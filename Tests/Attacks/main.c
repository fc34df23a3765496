// Attacks on a daemon of one's own, for the tests: what a user of the host can do to it without a privilege. Each is
// bounded in time by an alarm, and says on standard output when it is under way; it ends when its standard input does.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void become(uid_t user) {
    if (user == 0) return;
    if (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0) {
        fail("become");
    }
}

// Waits for the end of standard input: the test has seen enough.
static void wait_for_end(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {}
}

static void say(const char *word) {
    printf("%s\n", word);
    fflush(stdout);
}

// A connection, or -1.
static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connection < 0) fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
        close(connection);
        return -1;
    }
    return connection;
}

static int wait_for(int connection, short events) {
    struct pollfd entry = {.fd = connection, .events = events};
    return poll(&entry, 1, -1) > 0 ? entry.revents : -1;
}

// Sends the same text again and again until the socket takes no more.
static void fill(int connection, const char *text, size_t length) {
    fcntl(connection, F_SETFL, O_NONBLOCK);
    while (send(connection, text, length, MSG_NOSIGNAL) > 0) {}
    fcntl(connection, F_SETFL, 0);
}

// Fills many connections with tiny requests, reads nothing, and closes them all once each is being answered.
static void bloat(const char *path, int count, uid_t user) {
    become(user);
    static const char big[] = "GET /openapi.json HTTP/1.1\r\n\r\n", tiny[] = "GET / HTTP/1.1\r\n\r\n";
    size_t length = 2 * strlen(big), tiny_length = strlen(tiny);
    char *text = malloc(length + 4000 * tiny_length);
    strcpy(text, big);
    strcat(text, big);
    for (int i = 0; i < 4000; i++, length += tiny_length) memcpy(text + length, tiny, tiny_length);
    int *connections = calloc((size_t)count, sizeof *connections);
    for (int i = 0; i < count; i++) {
        int room = 212992;
        connections[i] = connect_to(path);
        if (connections[i] < 0) continue;
        setsockopt(connections[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
        fill(connections[i], text, length);
    }
    for (int i = 0; i < count; i++) {
        if (connections[i] >= 0) wait_for(connections[i], POLLIN);
    }
}

// One process with one connection, full of requests whose answers are never read; again when it is closed.
static void leave_unread(const char *path, const char *target, int started, int ended) {
    char request[512];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    int is_started = 0;
    for (;;) {
        int connection = connect_to(path);
        if (connection >= 0) {
            fill(connection, request, (size_t)length);
            if (!is_started) wait_for(connection, POLLIN);
        }
        if (!is_started && write(started, "x", 1) != 1) exit(1);
        is_started = 1;
        struct pollfd entries[] = {
            {.fd = connection, .events = POLLRDHUP}, {.fd = ended, .events = POLLIN},
        };
        // A refused one is tried again after a moment, and what the test closes ends it all.
        poll(entries, 2, connection >= 0 ? -1 : 5);
        if (entries[1].revents) exit(0);
        if (connection >= 0) close(connection);
        // Not at full speed: there are two hundred of us, and the test is about places, not about the CPU.
        if (poll(&entries[1], 1, 20) > 0) exit(0);
    }
}

static void unread(const char *path, const char *target, int processes, const uid_t *users, int user_count) {
    int started[2], ended[2];
    if (pipe(started) != 0 || pipe(ended) != 0) fail("pipe");
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child < 0) fail("fork");
        if (child > 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ended[1]);
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        become(users[i % user_count]);
        leave_unread(path, target, started[1], ended[0]);
    }
    char byte;
    for (int i = 0; i < processes; i++) {
        if (read(started[0], &byte, 1) != 1) fail("start");
    }
    say("ready");
    wait_for_end();
    close(ended[1]);
    while (wait(NULL) > 0) {}
}

// Reads an answer whole. Returns its status, 0 where the connection ended before.
static int read_answer(int connection, int prints) {
    static char text[1 << 22];
    size_t length = 0, end = 0;
    for (;;) {
        ssize_t count = recv(connection, text + length, sizeof text - 1 - length, 0);
        if (count <= 0) break;
        length += (size_t)count;
        text[length] = 0;
        char *body = strstr(text, "\r\n\r\n"), *header = strcasestr(text, "content-length: ");
        if (body == NULL || header == NULL || header > body) continue;
        end = (size_t)(body - text) + 4 + (size_t)atol(header + 16);
        if (length < end) continue;
        if (prints) fwrite(body + 4, 1, length - (size_t)(body + 4 - text), stdout);
        return atoi(text + 9);
    }
    return 0;
}

static int ask(const char *path, const char *target, int prints) {
    char request[512];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    int connection = connect_to(path);
    if (connection < 0) return 0;
    int is_sent = send(connection, request, (size_t)length, MSG_NOSIGNAL) == length;
    int status = is_sent ? read_answer(connection, prints) : 0;
    close(connection);
    return status;
}

// A kept connection and a stream, each followed until the daemon closes it.
static void hold(const char *path) {
    static const char status[] = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char events[] = "GET /v1/events?rounds=true HTTP/1.1\r\nHost: x\r\n\r\n";
    char text[4096];
    int kept = connect_to(path), stream = connect_to(path);
    if (send(kept, status, strlen(status), 0) < 0 || read_answer(kept, 0) != 200) fail("status");
    if (send(stream, events, strlen(events), 0) < 0 || recv(stream, text, sizeof text, 0) <= 0) fail("events");
    if (strncmp(text, "HTTP/1.1 200", 12) != 0) fail("events");
    say("holding");
    while (recv(stream, text, sizeof text, 0) > 0) {}
    say("stream closed");
    while (recv(kept, text, sizeof text, 0) > 0) {}
    say("connection closed");
}

static void names(void) {
    static const char *names[] = {
        "a\nb evil 0 0", "\x1b[31mRED\x1b[0m", "\x1b]0;pwn\x07", "\xff\xfe\xc3(", "q\"uo'te\\x{}", "a) S 1 1 1 (b",
        "   ", "", "\r\rOVER", "\x7f\x01\x02\x03\x04", "\xe2\x80\xae" "evil", "\xc2\x9b" "31mC1", "numawatch_x 1\n",
        "a\tb\tc",
        "<script>", "\xf0\x9f\x98\x80\xf0\x9f\x98", "(((((((((((((((", ")))))))))))))))", "-", "...", "=cmd|' /C'",
    };
    size_t count = sizeof names / sizeof *names;
    int started[2];
    if (pipe(started) != 0) fail("pipe");
    for (size_t i = 0; i < count; i++) {
        if (fork() != 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, names[i]);
        memset(malloc(1 << 20), 1, 1 << 20);
        if (write(started[1], "x", 1) != 1) _exit(1);
        for (;;) pause();
    }
    char byte;
    for (size_t i = 0; i < count; i++) {
        if (read(started[0], &byte, 1) != 1) fail("start");
    }
    say("ready");
    wait_for_end();
}

// A process of one user that becomes root's: what a program with a privilege does.
static void change_user(uid_t user) {
    if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) != 0 || setresuid(user, user, user) != 0) fail("setresuid");
    prctl(PR_SET_NAME, "rootsecret");
    printf("%d\n", (int)getpid());
    fflush(stdout);
    char byte;
    if (read(STDIN_FILENO, &byte, 1) != 1) exit(0);
    if (setresuid(0, 0, 0) != 0) fail("setresuid");
    say("changed");
    wait_for_end();
}

int main(int count, char **words) {
    alarm(240);
    const char *what = count > 1 ? words[1] : "";
    const char *path = count > 2 ? words[2] : "";
    if (strcmp(what, "bloat") == 0 && count == 5) {
        bloat(path, atoi(words[3]), (uid_t)atoi(words[4]));
    } else if (strcmp(what, "unread") == 0 && count == 7) {
        uid_t users[] = {(uid_t)atoi(words[5]), (uid_t)atoi(words[6])};
        unread(path, words[3], atoi(words[4]), users, 2);
    } else if (strcmp(what, "ask") == 0 && count == 6) {
        // ask SOCKET TARGET COUNT USER: how often of so many times it was answered.
        become((uid_t)atoi(words[5]));
        int answered = 0, wanted = atoi(words[4]);
        for (int i = 0; i < wanted; i++) answered += ask(path, words[3], 0) == 200;
        printf("%d\n", answered);
    } else if (strcmp(what, "get") == 0 && count == 5) {
        become((uid_t)atoi(words[4]));
        return ask(path, words[3], 1) == 200 ? 0 : 1;
    } else if (strcmp(what, "connect") == 0 && count == 4) {
        for (int i = 0; i < atoi(words[3]); i++) connect_to(path);
        say("ready");
        wait_for_end();
    } else if (strcmp(what, "hold") == 0 && count == 4) {
        become((uid_t)atoi(words[3]));
        hold(path);
    } else if (strcmp(what, "names") == 0) {
        names();
    } else if (strcmp(what, "setuid") == 0 && count == 3) {
        change_user((uid_t)atoi(path));
    } else {
        fprintf(stderr, "unknown attack\n");
        return 64;
    }
    return 0;
}
