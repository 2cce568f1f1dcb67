/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of tools/guest/protocol.h as a state machine: bytes of the guest in, bytes
 * for the guest and for CMD's streams out. It reads and writes no descriptor, so that a test
 * can be its guest.
 *
 * The guest is not trusted: what it may not say now, or more than it may, ends the session with
 * a sentence. Nothing here grows: output is kept up to its window, input is taken only as long
 * as it can be sent, and what has to be said besides is kept as counts and bits until there is
 * room.
 */
#ifndef RUN_COMMAND_SESSION_H
#define RUN_COMMAND_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "stub/base/bytes.h"
#include "tools/guest/protocol.h"

#define SESSION_WHY   256
#define SESSION_CHUNK (32u << 10) /* bytes of input in a message */

enum session_state {
	SESSION_WAITS,  /* for READY */
	SESSION_STARTS, /* TIME and START are on their way, or were sent */
	SESSION_RUNS,   /* CMD runs */
	SESSION_ENDED,  /* CMD has ended; what it wrote may not all be written yet */
	SESSION_FAILED, /* `why` says it; nothing is taken any more */
};

/* What CMD wrote and its reader has not taken: a ring. */
struct session_stream {
	uint8_t bytes[GUEST_WINDOW];
	size_t from, len;
	uint32_t taken; /* bytes to say TAKEN for */
	uint32_t room;  /* bytes that the guest may send */
	bool ended;
};

struct session {
	enum session_state state;
	struct span start; /* START, with its header, until it is sent; the caller's */
	uint8_t in[sizeof(struct guest_header) + GUEST_MOST];
	size_t in_len;
	uint8_t out[sizeof(struct guest_header) + sizeof(uint32_t) + SESSION_CHUNK];
	struct span sending; /* the rest of START or of `out` */
	struct session_stream stream[GUEST_STREAMS];
	uint32_t window; /* bytes of input that the guest takes beyond those sent */
	bool input_ends, input_ended, resized;
	uint64_t signals; /* bit n: signal n is to be said */
	struct guest_size size;
	uint32_t error;  /* errno of CMD's start; 0: it started */
	uint32_t status; /* as waitpid(2) has it, from SESSION_ENDED on */
	char why[SESSION_WHY];
};

/* `start` is start_make()'s, and lives as long. */
void session_init(struct session *s, struct span start);

/* Bytes that the guest has sent. */
void session_take(struct session *s, const void *bytes, size_t len);

/* What is to be sent next, empty if nothing; then how much of it was. */
struct span session_sends(struct session *s);
void session_sent(struct session *s, size_t len);

/* What CMD wrote to its standard output or error; then how much of it was written out. */
struct span session_output(const struct session *s, enum guest_stream stream);
void session_written(struct session *s, enum guest_stream stream, size_t len);

/* How many bytes of standard input can be given now; give them; there are no more. */
size_t session_wants(const struct session *s);
void session_input(struct session *s, const void *bytes, size_t len);
void session_input_end(struct session *s);

/* The terminal has this size now. */
void session_resize(struct session *s, uint16_t rows, uint16_t columns);
/* Tell CMD of a signal; false if CMD does not run, or has the same signal still to be told. */
bool session_signal(struct session *s, int number);

/*
 * CMD's status as a shell gives it: its own, 128 and the number of the signal that ended it,
 * 127 if it was not found, 126 if it cannot be run. From SESSION_ENDED on.
 */
int session_status(const struct session *s);

#endif
