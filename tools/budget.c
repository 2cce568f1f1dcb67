/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts what unpacking costs: budget.h.
 */
#include "tools/budget.h"

#include <stdio.h>

#include "tools/option.h"
#include "tools/size.h"

/*
 * Bytes in and out for each byte that may come out. An honest file needs two or three: what is
 * packed is smaller than what comes out, and is read twice at the most.
 */
#define WORK_FACTOR 4

#define LIMIT_MIN MIB
#define LIMIT_MAX (1024 * GIB)

struct budget
budget_of(const char *path, uint64_t limit)
{
	return (struct budget){.path = path, .limit = limit, .layer = 1};
}

static uint64_t
work_left(const struct budget *b)
{
	return b->limit * WORK_FACTOR - b->work;
}

uint64_t
budget_left(const struct budget *b)
{
	uint64_t left = b->limit - b->unpacked;

	if (b->over)
		return 0;
	return left < work_left(b) ? left : work_left(b);
}

bool
budget_spend(struct budget *b, uint64_t in, uint64_t out)
{
	if (out > budget_left(b) || in > work_left(b) - out)
		b->over = true;
	if (b->over)
		return false;
	b->unpacked += out;
	b->work += in + out;
	return true;
}

struct budget
budget_lend(const struct budget *b, uint64_t limit)
{
	struct budget lent = *b;

	if (budget_left(b) > limit)
		lent.limit = b->unpacked + limit;
	return lent;
}

void
budget_settle(struct budget *b, const struct budget *lent)
{
	b->unpacked = lent->unpacked;
	b->work = lent->work;
	b->over |= lent->over && lent->limit == b->limit;
}

void
budget_word(const struct budget *b, const char *compression, char *ret_why)
{
	char limit[SIZE_TEXT];

	snprintf(ret_why, UNPACK_WHY,
	        "%s: takes more than %s to unpack: layer %u is %s, and all layers and attempts count; --limit SIZE allows more",
	        b->path, size_text(b->limit, limit), b->layer, compression);
}

bool
budget_option(const char *text, uint64_t *ret_limit)
{
	if (size_parse(text, ret_limit) && *ret_limit >= LIMIT_MIN && *ret_limit <= LIMIT_MAX)
		return true;
	option_bad("--limit", text, "a size from 1M to 1T");
	return false;
}
