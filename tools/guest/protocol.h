/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `kshim run KERNEL -- CMD` and its guest's init say to each other, over one
 * virtio-console port named GUEST_PORT.
 *
 * Messages go both ways: a header, then `size` bytes; numbers are little endian, as both sides
 * are. The guest opens the port and says READY; the host answers TIME, because a guest's clock
 * is set by the seconds of its CMOS clock, up to half a second beside the times that the host
 * gives its files, and START with all that CMD needs;
 * from there each side sends what comes. Data of standard input, output and error has its own
 * flow control: a side may send GUEST_WINDOW bytes of a stream beyond what the other has said
 * TAKEN for, so that a stream whose reader is slow stops neither the others nor signals.
 *
 * The host trusts nothing of what comes: a size above GUEST_MOST, a type that it does not know,
 * data beyond the window or after its stream's end is the end of the run.
 */
#ifndef GUEST_PROTOCOL_H
#define GUEST_PROTOCOL_H

#include <stdint.h>

#define GUEST_PORT    "org.kshim.control"
#define GUEST_VERSION 4u
#define GUEST_WINDOW  (256u << 10)
#define GUEST_MOST    (64u << 10) /* bytes behind a header, but of START */
#define GUEST_START   (4u << 20)  /* bytes behind START's header */
#define GUEST_TAG     "kshim-root"
#define GUEST_TAG_RW  "kshim-rw%u" /* of the shares, from 0 */

enum guest_message {
	/* host to guest */
	GUEST_SAY_START = 1,  /* struct guest_start */
	GUEST_SAY_SIGNAL = 2, /* a number: for CMD */
	GUEST_SAY_SIZE = 3,   /* struct guest_size: the terminal's */
	GUEST_SAY_TIME = 4,   /* struct guest_time: now */
	/* guest to host */
	GUEST_SAY_READY = 16,  /* a number: GUEST_VERSION */
	GUEST_SAY_RUNS = 17,   /* nothing: CMD was started */
	GUEST_SAY_CANNOT = 18, /* a number: errno of CMD's execve(2), ELIBACC if CMD is there
	                          but not its interpreter; RUNS and ENDED follow */
	GUEST_SAY_FAILED = 19, /* struct guest_failed */
	GUEST_SAY_ENDED = 20,  /* a number: CMD's status as waitpid(2) has it; all data came;
	                          the host ends the machine */
	/* both ways */
	GUEST_SAY_DATA = 32,  /* the stream's number, then bytes; none: its end */
	GUEST_SAY_TAKEN = 33, /* struct guest_taken */
};

enum guest_stream {
	GUEST_INPUT,
	GUEST_OUTPUT,
	GUEST_ERROR,
	GUEST_STREAMS,
};

struct guest_header {
	uint32_t type, size;
};

/* Behind it: `groups` numbers, then strings, each with its NUL, in the order of the counts. */
struct guest_start {
	uint32_t terminal; /* 1: CMD gets one of `size`; its standard error, too, if 2 */
	uint32_t uid, gid, groups;
	uint32_t umask;
	uint16_t rows, columns;
	uint32_t overlay; /* 1: writes go to memory; 0: the kernel has no overlayfs */
	uint32_t cards;   /* bit n: the n-th network card gets an address */
	/* Strings: host name, working directory, the modules' folder (may be ""), then */
	uint32_t args, variables, shares; /* shares: folders that write through */
};

struct guest_size {
	uint16_t rows, columns;
};

struct guest_taken {
	uint32_t stream, bytes;
};

/* Since 1970, as clock_gettime(2) has it. */
struct guest_time {
	uint64_t seconds;
	uint64_t nanoseconds;
};

/* What init could not do; `what` is text with a NUL in it. */
struct guest_failed {
	uint32_t error; /* errno */
	char what[120];
};

_Static_assert(sizeof(struct guest_start) == 44, "struct guest_start");
_Static_assert(sizeof(struct guest_failed) == 124, "struct guest_failed");

#endif
