/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A daemon that this process starts for one run, and that ends with it.
 *
 * It gets standard error through a pipe, so that its messages come as sentences of kshim, one
 * more descriptor, and nothing else that is open. It dies when this process does, however that
 * happens: by the kernel's parent-death signal, and because its socket is closed.
 */
#ifndef RUN_VHOST_CHILD_H
#define RUN_VHOST_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHILD_LINE 512

struct child {
	const char *name; /* the program, for sentences */
	int ended;        /* a pidfd, readable when it has; -1: there is none */
	int messages;     /* the pipe's end; -1: closed */
	char line[CHILD_LINE];
	size_t len; /* of a line that has not ended */
	bool held;  /* its lines are kept, the last ones, and said if it fails */
	char kept[CHILD_LINE + 1];
	size_t kept_len;
};

/* What is not running has no descriptors. */
#define CHILD_NONE ((struct child){.ended = -1, .messages = -1})

/*
 * The path of a program: in $PATH, else in one of `places`, which end with NULL. NULL if it is
 * in none.
 */
const char *child_find(const char *name, const char *const *places, char *room, size_t len);

/*
 * Start the program `argv`, which keeps the descriptor `fd` under its number. `confine`, if not
 * NULL, runs in the new process before the program. False with errno.
 */
bool child_start(struct child *c, const char *name, const char *const *argv, int fd,
        bool (*confine)(const void *context), const void *context);

/* Say or keep what it has written, line by line. False at the end of what it writes. */
bool child_say(struct child *c);

/* It fails: say all that there is, and was kept, without waiting. None of a child that is not
 * there. */
void child_say_all(struct child *c);

/* Its socket is closed: wait until it has ended, for a while, and say or forget its last words.
 */
void child_end(struct child *c);

#endif
