/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads SMBIOS structures (DMTF DSP0134, 6.1): a formatted part of the length that its header
 * says, then strings that end with a NUL each, and one more NUL. Surprise: a structure without
 * strings has two NULs.
 */
#include "smbios.h"
#include "stub/base/text.h"

#define TYPE_OEM_STRINGS 11
#define TYPE_END         127
#define HEADER_LEN       4 /* type, length, handle */

struct range
smbios_structures(struct span entry)
{
	if (span_is(entry, 0, "_SM3_", 5))
		return (struct range){span_le64(entry, 16), span_le32(entry, 12)};
	if (span_is(entry, 0, "_SM_", 4))
		return (struct range){span_le32(entry, 24), span_le16(entry, 22)};
	return (struct range){0, 0};
}

/* Take the string at the front of *s off, with its NUL; false if it has none. */
static bool
take_string(struct span *s, struct span *ret_string)
{
	struct span string = {s->base, 0};

	while (string.size < s->size && string.base[string.size])
		string.size++;
	if (string.size == s->size)
		return false;
	s->base += string.size + 1;
	s->size -= string.size + 1;
	*ret_string = string;
	return true;
}

/* The string among those at the front of `s` that begins with `prefix`, without that. */
static bool
find_string(struct span s, const char *prefix, struct span *ret_value)
{
	struct span string;

	while (take_string(&s, &string) && string.size) {
		if (!span_take(&string, prefix))
			continue;
		*ret_value = string;
		return true;
	}
	return false;
}

/* Take a structure's strings off, with the NUL behind them. */
static bool
skip_strings(struct span *s)
{
	struct span string;
	bool first = true;

	do {
		if (!take_string(s, &string))
			return false;
		if (first && !string.size)
			return take_string(s, &string) && !string.size;
		first = false;
	} while (string.size);
	return true;
}

bool
smbios_next(struct span *structures, struct smbios_structure *ret_structure)
{
	struct span s = *structures;
	uint8_t type = span_u8(s, 0), len = span_u8(s, 1);

	if (s.size < HEADER_LEN || type == TYPE_END || len < HEADER_LEN ||
	        !span_sub(s, len, s.size - len, &s) || !skip_strings(&s))
		return false;
	*ret_structure = (struct smbios_structure){
	        type, len, {structures->base, (uint64_t)(s.base - structures->base)}};
	*structures = s;
	return true;
}

bool
smbios_oem_string(struct span structures, const char *prefix, struct span *ret_value)
{
	struct span s = structures;
	struct smbios_structure other;
	uint8_t len;

	while (span_u8(s, 0) != TYPE_OEM_STRINGS) {
		if (!smbios_next(&s, &other))
			return false;
	}
	len = span_u8(s, 1);
	return len >= HEADER_LEN && span_sub(s, len, s.size - len, &s) &&
	       find_string(s, prefix, ret_value);
}
