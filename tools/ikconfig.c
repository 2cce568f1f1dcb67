/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds Linux' kernel/configs.c in an unpacked kernel: gzip data between IKCFG_ST and IKCFG_ED.
 */
#include <stdio.h>
#include <string.h>

#include "tools/cmd.h"
#include "tools/ikconfig.h"
#include "tools/payload.h"

#define MARK_LEN 8
/* A .config has some 300 KiB, and a kernel one mark. */
#define TEXT_MAX  (4 * MIB)
#define TRIES_MAX 16

/* Offset of `mark` at or after `from`, or the size of the span. */
static uint64_t
find_mark(struct span s, uint64_t from, const char *mark)
{
	const uint8_t *at = NULL;

	if (from < s.size)
		at = memmem(s.base + from, s.size - from, mark, MARK_LEN);
	return at ? (uint64_t)(at - s.base) : s.size;
}

/* Unpack what may be a .config; STATUS_REFUSED if it is none. */
static int
try_mark(struct span packed, struct budget *b, struct file *text)
{
	struct budget lent = budget_lend(b, TEXT_MAX);
	char why[UNPACK_WHY];
	int status = unpack_bytes(packed, text, &lent, why);

	budget_settle(b, &lent);
	return status;
}

/* Why it goes no further, if it does not. */
static bool
gives_up(const struct budget *b, unsigned tries, char *ret_why)
{
	if (b->over)
		budget_word(b, "an IKCONFIG", ret_why);
	else if (tries == TRIES_MAX)
		snprintf(ret_why, UNPACK_WHY,
		        "%s: %u marks IKCFG_ST with something else than a configuration of at most %llu MiB behind them; no more are tried",
		        b->path, tries, TEXT_MAX / MIB);
	return b->over || tries == TRIES_MAX;
}

int
ikconfig_read_plain(struct span plain, struct budget *b, struct file *ret_text, char *ret_why)
{
	uint64_t at = 0, end = 0;
	unsigned tries = 0;
	int status;

	plain.size = plain.size < BUDGET_LOOK ? plain.size : BUDGET_LOOK;
	*ret_text = (struct file){.path = "IKCONFIG"};
	while ((at = find_mark(plain, at, "IKCFG_ST")) < plain.size) {
		struct span packed;

		at += MARK_LEN;
		if (end < at)
			end = find_mark(plain, at, "IKCFG_ED");
		if (!span_sub(plain, at, end - at, &packed))
			break;
		if (!span_is(packed, 0, "\x1f\x8b", 2))
			continue;
		if (gives_up(b, tries++, ret_why))
			return STATUS_REFUSED;
		status = try_mark(packed, b, ret_text);
		if (status != STATUS_REFUSED)
			return status;
	}
	return STATUS_OK;
}

int
ikconfig_read(struct span kernel, struct budget *b, struct file *ret_text, char *ret_why)
{
	struct file plain = {.path = "kernel"}, inner;
	struct payload payload;
	int status;

	*ret_text = (struct file){.path = "IKCONFIG"};
	for (; b->layer <= UNPACK_LAYERS && payload_find(kernel, &payload); b->layer++) {
		inner = (struct file){.path = "kernel"};
		status = payload_unpack(kernel, &payload, &inner, b, ret_why);
		file_free(&plain);
		if (status != STATUS_OK)
			return status == STATUS_HOST || b->over ? status : STATUS_OK;
		plain = inner;
		kernel = file_span(&plain);
	}
	status = ikconfig_read_plain(kernel, b, ret_text, ret_why);
	file_free(&plain);
	return status;
}

/* Does the line at `at` set CONFIG_name? Then the value's offset, else 0. */
static uint64_t
value_at(struct span text, uint64_t at, const char *name, size_t name_len)
{
	if (!span_is(text, at, "CONFIG_", 7) || !span_is(text, at + 7, name, name_len) ||
	        span_u8(text, at + 7 + name_len) != '=')
		return 0;
	return at + 7 + name_len + 1;
}

bool
config_value(struct span text, const char *name, struct span *ret_value)
{
	size_t name_len = strlen(name);
	uint64_t at = 0;

	while (at < text.size) {
		const uint8_t *newline = memchr(text.base + at, '\n', text.size - at);
		uint64_t end = newline ? (uint64_t)(newline - text.base) : text.size;
		uint64_t value = value_at(text, at, name, name_len);

		if (value && value <= end)
			return span_sub(text, value, end - value, ret_value);
		at = end + 1;
	}
	return false;
}
