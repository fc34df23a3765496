// libarchive: tar, xz and zstd. Debian package libarchive-dev.
#pragma once
#include <archive.h>
#include <archive_entry.h>
// zlib, which libarchive is built on, for gzip: libarchive's own filter checks no checksum and drops up to 64 KiB before
// the place where a file is cut short (3.6). Debian package zlib1g-dev.
#include <zlib.h>
