/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What unpacking may cost for one file that was given: bytes that come out, and bytes that go
 * in and out, over all layers and attempts together. Few bytes can stand for gigabytes, and a
 * file can have many places that look like something to unpack.
 *
 * What comes out is in memory, so the first is a bound for memory too; the second is one for
 * time, the same on every machine. Whoever unpacks gets the budget as a parameter.
 */
#ifndef KSHIM_BUDGET_H
#define KSHIM_BUDGET_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "stub/base/range.h"

/*
 * The largest that were measured: the kernels of Debian 12 to sid unpack to 63 MiB at most, and
 * an initrd with all modules of Debian 12's amd64 kernel to 390 MiB.
 */
#define BUDGET_LIMIT (512 * MIB)

/*
 * Bytes from the start of a file that are searched for a Linux' banner and configuration, or
 * summed. Behind them a larger kernel has debug information.
 */
#define BUDGET_LOOK (256 * MIB)

/* Room for a sentence about a file, with its path. */
#define UNPACK_WHY (PATH_MAX + 256)

struct budget {
	const char *path;  /* the file that was given */
	uint64_t limit;    /* bytes that may come out: --limit */
	uint64_t unpacked; /* bytes that came out */
	uint64_t work;     /* bytes that went in and came out */
	unsigned layer;    /* what is being unpacked: 1 is the file itself */
	bool over;         /* something was not unpacked because of the limit */
};

struct budget budget_of(const char *path, uint64_t limit);

/* How many bytes may come out yet. */
uint64_t budget_left(const struct budget *b);

/* `in` bytes were read, `out` came of them. False if that was too much, or if it is already. */
bool budget_spend(struct budget *b, uint64_t in, uint64_t out);

/*
 * Lend at most `limit` bytes of it for one attempt; budget_settle() says what that has cost.
 * An attempt that wants more than what was lent is one that failed, unless the whole is over.
 */
struct budget budget_lend(const struct budget *b, uint64_t limit);
void budget_settle(struct budget *b, const struct budget *lent);

/* The sentence for a budget that is over, into ret_why of UNPACK_WHY bytes. */
void budget_word(const struct budget *b, const char *compression, char *ret_why);

/* The argument of --limit, "512M"; false after a sentence. */
bool budget_option(const char *text, uint64_t *ret_limit);

#endif
