/* What the files of wherry-shim share. */
#ifndef WHERRY_SHIM_H
#define WHERRY_SHIM_H

#include <stddef.h>

#define SHIM_VERSION "2"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* One line on stderr from errno; returns EXIT_FAILED. */
int fail(const char *what);

/* Whether a read or write that failed is to be tried again. */
int retry_later(void);

int run_supervise(int argc, char **argv);
int run_exec(int argc, char **argv);
int run_hold(int argc, char **argv);

/* ---- the log (log.c): CRI's format, one file ---- */

/* Opens the file anew; the old one is kept when that fails. Returns 0 or -1 with errno. */
int log_open(const char *path);
/* Takes output of stream 0 (stdout) or 1 (stderr). */
void log_take(int stream, const unsigned char *bytes, size_t count);
/* Writes what is gathered; with `rest` also lines that have not ended. */
void log_flush(int rest);

#endif
