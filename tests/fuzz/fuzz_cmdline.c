/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as parts of a command line: the line stays in its buffer and ends with a NUL, a
 * refused part changes nothing, our words go and nothing else does, and numbers are strtoull's.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>

#include "stub/input/cmdline.h"

#define ROOM 96

static void
check_line(const struct cmdline *line)
{
	REQUIRE(line->len < line->size && strlen(line->text) == line->len);
}

static void
append(struct cmdline *line, struct span part)
{
	struct cmdline before = *line;
	char text[ROOM];
	struct refusal why;

	memcpy(text, line->text, line->len + 1);
	if (cmdline_append(line, part, &why)) {
		REQUIRE(why.code == REFUSAL_CMDLINE_CONTROL ||
		        why.code == REFUSAL_CMDLINE_BUFFER);
		REQUIRE(line->len == before.len);
	}
	REQUIRE(memcmp(text, line->text, before.len) == 0);
	check_line(line);
}

/* Once taken, our words are gone, and the rest is a part of what was there, in its order. */
static void
check_words(struct cmdline *line)
{
	struct cmdline_words words, again;
	char text[ROOM];
	struct refusal why;
	size_t at = 0, len;

	memcpy(text, line->text, line->len + 1);
	if (cmdline_take_words(line, &words, &why)) {
		REQUIRE(why.code == REFUSAL_CMDLINE_WORD && why.detail);
		REQUIRE(strcmp(text, line->text) == 0);
		return;
	}
	check_line(line);
	for (size_t i = 0; i < line->len; i++, at++) {
		while (text[at] && text[at] != line->text[i])
			at++;
		REQUIRE(text[at]);
	}
	len = line->len;
	REQUIRE(!cmdline_take_words(line, &again, &why) && line->len == len);
	REQUIRE(again.quiet == words.quiet && again.protocol == PROTOCOL_AUTO);
}

static void
check_number(const struct cmdline *line)
{
	uint64_t v = 0, used;
	char *end;

	if (line->text[0] < '0' || line->text[0] > '9')
		return;
	used = cmdline_number((struct span){(const uint8_t *)line->text, line->len}, &v);
	errno = 0;
	REQUIRE(v == strtoull(line->text, &end, 0));
	REQUIRE((uint64_t)(end - line->text) == used);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	char buf[ROOM];
	struct cmdline line = cmdline_init(buf, 1 + feed_number(&f, 1) % ROOM);
	struct span whole, value;

	while (f.size)
		append(&line, feed_span(&f, feed_number(&f, 1) % 64));
	check_number(&line);
	check_words(&line);
	whole = (struct span){(const uint8_t *)line.text, line.len};
	if (cmdline_value(&line, "root=", &value))
		REQUIRE(inside(whole, value));
	if (!strstr(line.text, "mem="))
		REQUIRE(cmdline_mem_limit(&line) == UINT64_MAX);
	return 0;
}
