/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PE32+ file with sections of text, as ukify writes them: headers in the first 512 bytes or
 * more, then each section's bytes; the last one ends the file.
 */
#ifndef TESTS_PE_IMAGE_H
#define TESTS_PE_IMAGE_H

#include <stdint.h>
#include <string.h>

#define PE_IMAGE_AT    0x80 /* of the PE header */
#define PE_IMAGE_TABLE (PE_IMAGE_AT + 24 + 240)

struct pe_image_row {
	const char *name;
	const char *text;
};

static uint8_t pe_image[16384];
static uint64_t pe_image_len;

static inline void
pe_image_put(uint64_t off, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		pe_image[off + i] = (uint8_t)(v >> (8 * i));
}

static inline void
pe_image_make(uint16_t machine, const struct pe_image_row *rows, unsigned count)
{
	uint64_t at = 1024;

	memset(pe_image, 0, sizeof(pe_image));
	memcpy(pe_image, "MZ", 2);
	pe_image_put(0x3c, PE_IMAGE_AT, 4);
	memcpy(pe_image + PE_IMAGE_AT, "PE\0\0", 4);
	pe_image_put(PE_IMAGE_AT + 4, machine, 2);
	pe_image_put(PE_IMAGE_AT + 6, count, 2);
	pe_image_put(PE_IMAGE_AT + 20, 240, 2);
	pe_image_put(PE_IMAGE_AT + 24, 0x20b, 2);
	for (unsigned i = 0; i < count; i++) {
		uint64_t row = PE_IMAGE_TABLE + i * 40, len = strlen(rows[i].text);

		memcpy(pe_image + row, rows[i].name, strlen(rows[i].name));
		pe_image_put(row + 8, len, 4);
		pe_image_put(row + 12, 0x10000 + at, 4);
		pe_image_put(row + 16, len, 4);
		pe_image_put(row + 20, at, 4);
		memcpy(pe_image + at, rows[i].text, len);
		at += len;
	}
	pe_image_len = at;
}

#endif
