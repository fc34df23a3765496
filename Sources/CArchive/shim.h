// libarchive: tar, xz and zstd. Debian package libarchive-dev.
#pragma once
#include <archive.h>
#include <archive_entry.h>
// zlib, for gzip: the own filter of libarchive 3.6 checks no checksum and drops up to 64 KiB before
// the place where a file is cut short. Debian package zlib1g-dev.
#include <zlib.h>
