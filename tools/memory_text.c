/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/memory_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 4096 /* bytes at first */

/* Source: fopencookie(3), by which 0 is a failure. */
static ssize_t
add(void *cookie, const char *bytes, size_t len)
{
	struct memory_text *t = cookie;

	if (len > t->room - t->len) {
		size_t room = 2 * t->room + len;
		char *more = realloc(t->text, room);

		if (!more)
			return 0;
		t->text = more;
		t->room = room;
	}
	memcpy(t->text + t->len, bytes, len);
	t->len += len;
	return (ssize_t)len;
}

bool
memory_text_open(struct memory_text *t)
{
	*t = (struct memory_text){.text = malloc(ROOM), .room = ROOM};
	if (!t->text)
		return false;
	t->out = fopencookie(t, "w", (cookie_io_functions_t){.write = add});
	if (t->out)
		return true;
	free(t->text);
	return false;
}

bool
memory_text_close(struct memory_text *t)
{
	bool failed = ferror(t->out) != 0;

	if (fclose(t->out) == 0 && !failed)
		return true;
	free(t->text);
	errno = ENOMEM;
	return false;
}

unsigned
memory_text_lines(const struct memory_text *t)
{
	unsigned lines = 0;

	for (size_t i = 0; i < t->len; i++)
		lines += t->text[i] == '\n';
	return lines;
}
