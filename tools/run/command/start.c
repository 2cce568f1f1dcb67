/* SPDX-License-Identifier: BSD-2-Clause */
#include "start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/memory_text.h"

static uint32_t
count(char *const *texts)
{
	uint32_t n = 0;

	while (texts[n])
		n++;
	return n;
}

static void
put_text(FILE *out, const char *text)
{
	fwrite(text, 1, strlen(text) + 1, out);
}

static void
put_texts(FILE *out, char *const *texts)
{
	for (uint32_t i = 0; texts[i]; i++)
		put_text(out, texts[i]);
}

static void
put_all(FILE *out, const struct start *start)
{
	struct guest_start fixed = start->fixed;
	struct guest_header header = {GUEST_SAY_START, 0};

	fixed.groups = start->nr_groups;
	fixed.args = count(start->args);
	fixed.variables = count(start->variables);
	fixed.shares = count(start->shares);
	fwrite(&header, sizeof(header), 1, out);
	fwrite(&fixed, sizeof(fixed), 1, out);
	fwrite(start->groups, sizeof(uint32_t), start->nr_groups, out);
	put_text(out, start->host);
	put_text(out, start->folder);
	put_text(out, start->modules);
	put_texts(out, start->args);
	put_texts(out, start->variables);
	put_texts(out, start->shares);
}

_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "gid_t");

bool
start_make(const struct start *start, struct span *ret_message)
{
	struct guest_header header = {GUEST_SAY_START, 0};
	struct memory_text text;

	if (!memory_text_open(&text))
		return false;
	put_all(text.out, start);
	if (!memory_text_close(&text))
		return false;
	if (text.len - sizeof(header) > GUEST_START) {
		free(text.text);
		errno = E2BIG;
		return false;
	}
	header.size = (uint32_t)(text.len - sizeof(header));
	memcpy(text.text, &header, sizeof(header));
	*ret_message = (struct span){(const uint8_t *)text.text, text.len};
	return true;
}
