/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the subcommands of build/kshim share: their table's row, exit statuses, errors.
 *
 * A subcommand is one row in kshim.c and one function in cmd_NAME.c that gets its own
 * arguments (argv[0] is the subcommand) and returns an exit status. It prints results on
 * stdout and errors on stderr.
 */
#ifndef KSHIM_CMD_H
#define KSHIM_CMD_H

#include <stdbool.h>

#include "stub/base/refusal.h"

enum exit_status {
	STATUS_OK = 0,
	STATUS_REFUSED = 1, /* the input is at fault */
	STATUS_USAGE = 2,   /* the command line of kshim is */
	STATUS_HOST = 3,    /* a file cannot be read or written, the host lacks something */
};

struct command {
	const char *name;
	const char *args; /* after the name, in the usage line */
	const char *help; /* one line for `kshim --help` */
	int (*run)(int argc, char **argv);
};

int cmd_bundle(int argc, char **argv);
int cmd_check(int argc, char **argv);        /* in check/ */
int cmd_diff_handoff(int argc, char **argv); /* in run/ */
int cmd_explain(int argc, char **argv);
int cmd_measure(int argc, char **argv); /* in measure/ */
int cmd_pin(int argc, char **argv);
int cmd_plan(int argc, char **argv); /* in plan/ */
int cmd_run(int argc, char **argv);  /* in run/ */
int cmd_unpack(int argc, char **argv);

/* What `kshim run` with these arguments ends with, if `status` is found before it begins. */
int cmd_run_status(int argc, char **argv, int status);

/* The row of a subcommand; NULL if there is none of that name. */
const struct command *command_find(const char *name);

/* Print "usage: kshim NAME ARGS" for argv[0]: with --help on stdout, else on stderr. */
int usage_ok(const char *name);
int usage_error(const char *name);

/* Print "kshim: " and a line on stderr, return `status`. */
int fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The end of the program where no function can return a status: memory or a mapped file fails.
 * It is with STATUS_HOST, or what host_fails_with() said last, which is main()'s, too, if
 * standard output fails.
 */
void host_fails_with(int status);
_Noreturn void host_failed(void);

/* "kshim: no memory", and host_failed(). */
_Noreturn void no_memory(void);

/* Word a refusal whose subject is `path` on stderr, return STATUS_REFUSED. */
int fail_refusal(const char *path, struct refusal why);

#endif
