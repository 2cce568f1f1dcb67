/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's end of the serial line: terminal in, standard output out, the expected text.
 *
 * On a terminal the keys go to the guest one by one, and Ctrl-A is ours; from a pipe or file
 * every byte goes through. The terminal is restored at exit and on every signal that can be
 * caught.
 */
#ifndef RUN_TERMINAL_H
#define RUN_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/run/ending.h"
#include "tools/run/escapes.h"
#include "tools/run/watch.h"

#define TERMINAL_PENDING 4096

struct terminal {
	struct ending *ending;
	int out;             /* where the guest's bytes go; -1: nowhere */
	const char *expect;  /* NULL: none */
	size_t *fallback;    /* the expected text's table of borders (Knuth, Morris, Pratt) */
	struct watch *watch; /* NULL: a panic ends nothing */
	size_t matched;      /* bytes of it that the output ends with */
	uint64_t sent;       /* bytes the guest has sent */
	bool filters;        /* that is a terminal: the guest's escapes are filtered */
	struct escapes escapes;
	bool dead;   /* standard output is closed at its reader's end, or is not read at the end
	              */
	bool beside; /* keys are a command's, not the serial line's */
	bool raw;    /* standard input is a terminal, and ours */
	bool prefix; /* Ctrl-A was typed */
	bool eof;
	uint8_t pending[TERMINAL_PENDING]; /* typed, not yet in the guest's FIFO */
	size_t pending_len;
};

/* `raw`: escapes go through to a terminal, too. False with errno if there is no memory. */
bool terminal_open(struct terminal *t, struct ending *ending, const char *expect, bool raw);
/*
 * The same beside a command, which has standard input and output: what the guest prints goes to
 * standard error if `verbose`, keys are the command's and are taken only if `keys`.
 */
void terminal_open_beside(struct terminal *t, struct ending *ending, bool verbose, bool keys);
void terminal_close(struct terminal *t);

/* The size of the terminal that standard output is; false and both 0 if it is none. */
bool terminal_size(uint16_t *ret_cols, uint16_t *ret_rows);

/* Give a terminal back as it was, from wherever the process ends. */
void terminal_restore(void);

/* A byte from the guest. */
void terminal_put(struct terminal *t, uint8_t byte);

/*
 * Is standard input to be read? A terminal always, because Ctrl-A must work when the guest does
 * not; what then finds no room is lost. Another only when all before it has been taken.
 */
bool terminal_wants(const struct terminal *t);

/* Read what there is on standard input into `pending`; it is readable. */
void terminal_read(struct terminal *t);

/* Take `len` bytes from the front of `pending`. */
void terminal_taken(struct terminal *t, size_t len);

#endif
