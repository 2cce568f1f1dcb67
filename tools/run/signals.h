/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals of this process: they end a life of the guest, or are a command's. Its terminal's new
 * size.
 */
#ifndef RUN_SIGNALS_H
#define RUN_SIGNALS_H

#include "tools/run/machine.h"

/* Catch those that end programs, and with a console SIGWINCH; SIGPIPE is none any more. */
void signals_catch(bool console);

/*
 * A signal ends this life of the guest; one that came after the last life had ended, too. NULL:
 * there is no life now.
 */
void signals_end(struct ending *ending);

/* They are the command's from here on, SIGWINCH too. NULL: none is run. */
void signals_pass(struct serve *command);

/* The main thread's: tell the console a size that the terminal has got. */
void signals_resize(struct machine *m);

#endif
