// libtracefs: instances and files of the kernel's trace file system. Debian package libtracefs-dev.
#pragma once
#include <tracefs.h>
// libtraceevent: formats of events and pages of the ring buffer. Debian package libtraceevent-dev.
#include <event-parse.h>
#include <kbuffer.h>
