// ncurses with wide characters: screens of terminals by terminfo. Debian package libncurses-dev.
#pragma once
// Without these the functions of wide characters are not declared.
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

// What Swift cannot import or may not touch: macros of several values, variadic functions, and global variables.

/// newterm(3X) on standard output and input. Returns 0, or -1 where the terminal's type is not known.
static inline int numawatch_screen_open(void) {
    setlocale(LC_CTYPE, "");
    return newterm(NULL, stdout, stdin) == NULL ? -1 : 0;
}

/// Keys one by one, without an echo, with their codes, without waiting; no cursor.
static inline void numawatch_screen_prepare(void) {
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
}

/// Whether the locale's characters are those of Unicode.
static inline int numawatch_screen_is_unicode(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

/// Pairs 1 to 3 with the terminal's own background. Returns whether there are colours.
static inline int numawatch_screen_start_colours(void) {
    if (!has_colors() || start_color() == ERR || use_default_colors() == ERR) {
        return 0;
    }
    init_pair(1, COLOR_GREEN, -1);
    init_pair(2, COLOR_YELLOW, -1);
    init_pair(3, COLOR_RED, -1);
    return 1;
}

/// The attributes of a role: bold, dim, reverse, and a colour pair.
static inline void numawatch_screen_style(int bold, int dim, int reverse, int pair) {
    attrset((bold ? A_BOLD : 0) | (dim ? A_DIM : 0) | (reverse ? A_REVERSE : 0) | COLOR_PAIR(pair));
}

/// Puts text of the locale's characters at a place. The last column of the last row is written, too.
static inline void numawatch_screen_put(int row, int column, const char *text, int length) {
    mvaddnstr(row, column, text, length);
}

/// endwin(3X), with the last line cleared: a terminal without a second screen keeps what it shows, and there the shell
/// asks.
static inline void numawatch_screen_end(void) {
    attrset(A_NORMAL);
    move(LINES - 1, 0);
    clrtoeol();
    refresh();
    endwin();
}

static inline void numawatch_screen_erase(void) { erase(); }
static inline void numawatch_screen_refresh(void) { refresh(); }

/// All of the screen is drawn anew with the next refresh.
static inline void numawatch_screen_redraw(void) { clearok(stdscr, TRUE); }

/// A key: 0 with `*code` a character, 1 with `*code` a KEY_ constant, -1 for none.
static inline int numawatch_screen_key(unsigned int *code) {
    wint_t character = 0;
    int result = wget_wch(stdscr, &character);
    *code = (unsigned int)character;
    return result == OK ? 0 : result == KEY_CODE_YES ? 1 : -1;
}

/// A capability of the terminal that is a text; null where it has none. For what must be known before a crash.
static inline const char *numawatch_screen_capability(const char *name) {
    const char *text = tigetstr(name);
    return text == (const char *)-1 ? NULL : text;
}
