/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds Linux' kernel/configs.c in an unpacked kernel: gzip data between IKCFG_ST and IKCFG_ED.
 */
#include <string.h>

#include "tools/cmd.h"
#include "tools/ikconfig.h"
#include "tools/payload.h"

#define MARK_LEN   8
#define LAYERS_MAX 4

/* Offset of `mark` at or after `from`, or the size of the span. */
static uint64_t
find_mark(struct span s, uint64_t from, const char *mark)
{
	const uint8_t *at = NULL;

	if (from < s.size)
		at = memmem(s.base + from, s.size - from, mark, MARK_LEN);
	return at ? (uint64_t)(at - s.base) : s.size;
}

int
ikconfig_read_plain(struct span plain, struct file *ret_text)
{
	uint64_t at = 0;

	*ret_text = (struct file){.path = "IKCONFIG"};
	while ((at = find_mark(plain, at, "IKCFG_ST")) < plain.size) {
		uint64_t end = find_mark(plain, at + MARK_LEN, "IKCFG_ED");
		char why[UNPACK_WHY];
		struct span packed;

		at += MARK_LEN;
		if (!span_sub(plain, at, end - at, &packed))
			break;
		if (span_is(packed, 0, "\x1f\x8b", 2) &&
		        unpack_bytes(packed, ret_text, why) == STATUS_OK)
			return STATUS_OK;
	}
	return STATUS_OK;
}

int
ikconfig_read(struct span kernel, struct file *ret_text)
{
	struct file plain = {.path = "kernel"}, inner;
	struct payload payload;
	char why[UNPACK_WHY];
	int status;

	for (int layers = 0; layers < LAYERS_MAX && payload_find(kernel, &payload); layers++) {
		inner = (struct file){.path = "kernel"};
		status = payload_unpack(kernel, &payload, &inner, why);
		file_free(&plain);
		if (status != STATUS_OK) {
			*ret_text = (struct file){.path = "IKCONFIG"};
			return status == STATUS_HOST ? fail(status, "%s", why) : STATUS_OK;
		}
		plain = inner;
		kernel = file_span(&plain);
	}
	status = ikconfig_read_plain(kernel, ret_text);
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
