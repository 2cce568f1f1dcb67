/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of what lies beside a unified kernel image (systemd-stub(7), "Companion Files").
 */
#include "efi_extra.h"
#include "stub/base/text.h"

/* The end of a counter +LEFT[-DONE] that begins at `at`; `at` if there is none. */
static uint64_t
counter_end(struct span s, uint64_t at)
{
	uint64_t end = at;

	for (unsigned part = 0; part < 2; part++) {
		uint64_t digit = end + 1;

		if (span_u8(s, end) != (part ? '-' : '+'))
			break;
		while (span_u8(s, digit) >= '0' && span_u8(s, digit) <= '9')
			digit++;
		if (digit == end + 1)
			return at;
		end = digit;
	}
	return end == s.size || span_u8(s, end) == '.' ? end : at;
}

bool
efi_extra_folder(const char *self, char *buf, size_t size)
{
	struct text out = text_init(buf, size);
	struct span path = text_span(self);
	uint64_t name = 0;

	for (uint64_t i = 0; i < path.size; i++) {
		if (path.base[i] == '\\' || path.base[i] == '/')
			name = i + 1;
	}
	for (uint64_t i = 0; i < path.size; i++) {
		if (i >= name)
			i = counter_end(path, i);
		if (i < path.size)
			text_char(&out, (char)path.base[i]);
	}
	text_str(&out, ".extra.d");
	return name < path.size && out.len < size;
}

static bool
ends_with(struct span name, const char *suffix)
{
	struct span end = text_span(suffix);
	uint64_t skip = name.size - end.size;

	if (end.size > name.size)
		return false;
	for (uint64_t i = 0; i < end.size; i++) {
		if (text_lower(name.base[skip + i]) != end.base[i])
			return false;
	}
	return true;
}

bool
efi_extra_name(const uint16_t *wide, size_t units, const char *suffix, const char *but,
        char ret_name[EFI_EXTRA_NAME])
{
	struct span name = {(const uint8_t *)ret_name, 0};

	while (name.size < units && wide[name.size]) {
		if (name.size + 1 == EFI_EXTRA_NAME || wide[name.size] > 0x7f)
			return false;
		ret_name[name.size] = (char)wide[name.size];
		name.size++;
	}
	if (name.size == units)
		return false;
	ret_name[name.size] = 0;
	return ret_name[0] != '.' && ends_with(name, suffix) && !(but && ends_with(name, but));
}

static bool
comes_after(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a > (uint8_t)*b;
}

void
efi_extra_sort(char (*names)[EFI_EXTRA_NAME], uint32_t count)
{
	char moved[EFI_EXTRA_NAME];

	for (uint32_t i = 1; i < count; i++) {
		uint32_t to = i;

		memcpy(moved, names[i], sizeof(moved));
		for (; to && comes_after(names[to - 1], moved); to--)
			memcpy(names[to], names[to - 1], sizeof(moved));
		memcpy(names[to], moved, sizeof(moved));
	}
}
