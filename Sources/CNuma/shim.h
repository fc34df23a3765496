// libnuma: node masks, allowed nodes and the query form of move_pages(2). Debian package libnuma-dev.
#pragma once
#include <numa.h>
