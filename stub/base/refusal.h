/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A refusal is a value: what was wrong, where in which input, what was found and wanted.
 *
 * Core functions return an enum refusal_code; 0 is success. With anything else `*ret_why`
 * is filled. refusal.def lists every code once: number, stable name, sentence, long text.
 * The numbers and names are promised to stay; tests compare them.
 */
#ifndef KSHIM_REFUSAL_H
#define KSHIM_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#include "range.h"

enum refusal_code {
	REFUSAL_NONE = 0,
#define REFUSAL(number, ident, name, sentence, text) REFUSAL_##ident = (number),
#include "refusal.def"
#undef REFUSAL
};

/* A range with the name that a message gives it ("kernel segment 2", "initrd"). */
struct named_range {
	const char *name;
	struct range range;
};

struct refusal {
	enum refusal_code code;
	const char *subject; /* whose fault: "kernel", "initrd 2"; a file's path on a host */
	const char *detail;  /* a word for {d}: a format's name, a field's name; may be NULL */
	uint64_t where;      /* offset in the subject, bytes */
	uint64_t found;
	uint64_t wanted;
	struct named_range a, b; /* for a placement: what collides with what */
};

/*
 * Fill *why with code, offset, found and wanted, everything else cleared, and return the
 * code: `return refuse(ret_why, REFUSAL_X, off, found, wanted);`
 */
enum refusal_code refuse(struct refusal *why, enum refusal_code code, uint64_t where,
        uint64_t found, uint64_t wanted);

/* REFUSAL_PLAN_TOO_MANY: there are `found` of `what` ("initrds"), at most `most` are taken. */
enum refusal_code refuse_too_many(
        struct refusal *why, const char *what, uint64_t found, uint64_t most);

/* The stable name of a code ("elf.truncated"); NULL for a number that is no code. */
const char *refusal_name(enum refusal_code code);

/* The long text that `kshim explain` prints; NULL for a number that is no code. */
const char *refusal_text(enum refusal_code code);

/* The code with that stable name, or REFUSAL_NONE. */
enum refusal_code refusal_by_name(const char *name);

/*
 * The sentence for `why` into `buf` (NUL-terminated, never past `size`), without a newline:
 * "SUBJECT: SENTENCE [NAME]". Returns the length the whole needs, as snprintf does. In the
 * sentences {d} is detail, {o} where, {f} {w} found and wanted in hexadecimal, {F} {W} in
 * decimal, {a} {b} a range with its name.
 */
size_t refusal_format(const struct refusal *why, char *buf, size_t size);

#endif
