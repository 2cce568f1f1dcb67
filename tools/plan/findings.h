/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is noticed beside the plan: about initrds, command line, machine.
 *
 * A finding has a stable name ("initrd.short") and a sentence. An error means that the kernel
 * would not come up with this; it makes the exit status 1, as a refusal does.
 */
#ifndef PLAN_FINDINGS_H
#define PLAN_FINDINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum severity {
	FINDING_NOTE,
	FINDING_WARNING,
	FINDING_ERROR,
};

#define FINDINGS_MAX 48
#define FINDING_TEXT (PATH_MAX + 512) /* a sentence, with a path */

struct finding {
	enum severity severity;
	const char *name;
	char text[FINDING_TEXT];
};

struct findings {
	uint32_t count, lost; /* lost: more than FINDINGS_MAX */
	struct finding finding[FINDINGS_MAX];
};

void findings_add(struct findings *f, enum severity severity, const char *name,
        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "note", "warning", "error". */
const char *severity_word(enum severity severity);

/* Is there an error among them? */
int findings_have_error(const struct findings *f);

struct plan_case;
struct unpacking;

/*
 * The initrds' archives, and what they unpack to; false with *ret_status if the kernel's
 * configuration cannot be read.
 */
bool findings_of_initrds(struct plan_case *c, struct findings *f,
        struct unpacking *ret_unpacking, int *ret_status);

/* Length, console=, root= and the like of the command line, and what the machine has of them.
 */
void findings_of_words(const struct plan_case *c, struct findings *f);

#endif
