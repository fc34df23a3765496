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

/// Text of the locale's characters goes to a place byte by byte, so that no one hands over memory: begin, bytes, end.
/// What is longer than 4,096 bytes is cut.
typedef struct {
    int row, column, length;
    char bytes[4096];
} numawatch_screen_text;

static inline numawatch_screen_text *numawatch_screen_pending(void) {
    static numawatch_screen_text text;
    return &text;
}

static inline void numawatch_screen_begin_text(int row, int column) {
    numawatch_screen_text *text = numawatch_screen_pending();
    text->row = row;
    text->column = column;
    text->length = 0;
}

static inline void numawatch_screen_add_byte(unsigned char byte) {
    numawatch_screen_text *text = numawatch_screen_pending();
    if (text->length < (int)sizeof text->bytes) {
        text->bytes[text->length++] = (char)byte;
    }
}

/// Puts it there. The last column of the last row is written, too.
static inline void numawatch_screen_end_text(void) {
    numawatch_screen_text *text = numawatch_screen_pending();
    mvaddnstr(text->row, text->column, text->bytes, text->length);
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

/// A key: -1 for none, else a character, or a KEY_ constant with NUMAWATCH_SCREEN_CODE added.
#define NUMAWATCH_SCREEN_CODE 0x100000000
static inline long long numawatch_screen_key(void) {
    wint_t character = 0;
    int result = wget_wch(stdscr, &character);
    return result == OK             ? (long long)character
           : result == KEY_CODE_YES ? (long long)character + NUMAWATCH_SCREEN_CODE
                                    : -1;
}

/// Capabilities of the terminal that are texts, for what must be known before a crash.
enum numawatch_screen_capability {
    numawatch_screen_place,
    numawatch_screen_plain,
    numawatch_screen_cursor,
    numawatch_screen_keypad_off,
    numawatch_screen_first
};

/// A byte of one, from 0; -1 behind its end, and where the terminal has none.
static inline int numawatch_screen_capability_byte(enum numawatch_screen_capability capability, int index) {
    static const char *const names[] = {"cup", "sgr0", "cnorm", "rmkx", "rmcup"};
    const char *text = tigetstr(names[capability]);
    if (text == NULL || text == (const char *)-1 || index >= (int)strlen(text)) {
        return -1;
    }
    return (unsigned char)text[index];
}
