// libsystemd: readiness and watchdog messages, passed sockets, the journal. Debian package libsystemd-dev.
#pragma once
// Without this the journal functions are macros that add the location of the C call; the Swift location is given as
// fields instead.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
