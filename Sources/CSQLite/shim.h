// SQLite: the history on disk. Debian package libsqlite3-dev.
#pragma once
#include <sqlite3.h>
