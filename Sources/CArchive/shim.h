// libarchive: tar, gzip and xz. Debian package libarchive-dev.
#pragma once
#include <archive.h>
#include <archive_entry.h>
