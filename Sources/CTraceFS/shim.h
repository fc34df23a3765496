// libtracefs and libtraceevent, of whose functions the programs find the ones below when they first trace something or
// read a recording: a host that does neither needs neither library. Types come from the headers (Debian packages
// libtracefs-dev and libtraceevent-dev), so that a function is called as its own header declares it.
#pragma once
#include <dlfcn.h>
#include <stddef.h>
// Instances and files of the kernel's trace file system.
#include <tracefs.h>
// Formats of events, and pages of the ring buffer.
#include <event-parse.h>
#include <kbuffer.h>

#define NUMAWATCH_TRACEFS(USE) \
    USE(tracefs_set_loglevel) \
    USE(tracefs_instance_alloc) \
    USE(tracefs_instance_free) \
    USE(tracefs_file_exists) \
    USE(tracefs_instance_set_buffer_size) \
    USE(tracefs_event_enable) \
    USE(tracefs_event_disable) \
    USE(tracefs_trace_on) \
    USE(tracefs_trace_off) \
    USE(tracefs_instance_file_open)

#define NUMAWATCH_TRACEEVENT(USE) \
    USE(tep_set_loglevel) \
    USE(tep_alloc) \
    USE(tep_free) \
    USE(tep_parse_header_page) \
    USE(tep_get_header_page_size) \
    USE(tep_get_sub_buffer_size) \
    USE(tep_is_old_format) \
    USE(tep_parse_format) \
    USE(kbuffer_alloc) \
    USE(kbuffer_free) \
    USE(kbuffer_load_subbuffer) \
    USE(kbuffer_read_event) \
    USE(kbuffer_event_size) \
    USE(kbuffer_next_event)

#define NUMAWATCH_MEMBER(function) __typeof__(&function) function;
#define NUMAWATCH_FIND(function) \
    if (!(table->function = (__typeof__(&function))dlsym(library, #function))) return #function;

struct numawatch_tracefs {
    NUMAWATCH_TRACEFS(NUMAWATCH_MEMBER)
};

struct numawatch_traceevent {
    NUMAWATCH_TRACEEVENT(NUMAWATCH_MEMBER)
};

/// Fills a table from a library that dlopen(3) opened. Returns the name of the first function that is missing, or NULL.
static inline const char *numawatch_find_tracefs(void *library, struct numawatch_tracefs *table) {
    NUMAWATCH_TRACEFS(NUMAWATCH_FIND)
    return NULL;
}

/// As above.
static inline const char *numawatch_find_traceevent(void *library, struct numawatch_traceevent *table) {
    NUMAWATCH_TRACEEVENT(NUMAWATCH_FIND)
    return NULL;
}
