/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AML terms as bytes; ACPI 6.4, chapter 20.2. Package lengths always take four bytes: AML
 * allows any form that is long enough.
 */
#include "aml.h"

#include <string.h>

#define AML_NAME    0x08
#define AML_BUFFER  0x11
#define AML_BYTE    0x0a
#define AML_WORD    0x0b
#define AML_DWORD   0x0c
#define AML_STRING  0x0d
#define LENGTH_FORM 0xc0 /* three more bytes follow the lead byte */

void
aml_byte(struct aml *a, uint8_t byte)
{
	if (a->len < a->size)
		a->out[a->len] = byte;
	a->len++;
}

static void
little_endian(struct aml *a, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		aml_byte(a, (uint8_t)(value >> (8 * i)));
}

void
aml_name_seg(struct aml *a, const char *seg)
{
	while (*seg)
		aml_byte(a, (uint8_t)*seg++);
}

size_t
aml_open(struct aml *a, uint16_t op)
{
	size_t opened;

	if (op > 0xff)
		aml_byte(a, (uint8_t)(op >> 8));
	aml_byte(a, (uint8_t)op);
	opened = a->len;
	little_endian(a, 0, 4);
	return opened;
}

void
aml_close(struct aml *a, size_t opened)
{
	size_t len = a->len - opened;

	if (a->len > a->size)
		return;
	a->out[opened] = (uint8_t)(LENGTH_FORM | (len & 0xf));
	a->out[opened + 1] = (uint8_t)(len >> 4);
	a->out[opened + 2] = (uint8_t)(len >> 12);
	a->out[opened + 3] = (uint8_t)(len >> 20);
}

void
aml_integer(struct aml *a, uint32_t value)
{
	if (value <= 1) {
		aml_byte(a, (uint8_t)value); /* ZeroOp, OneOp */
	} else if (value <= UINT8_MAX) {
		aml_byte(a, AML_BYTE);
		little_endian(a, value, 1);
	} else if (value <= UINT16_MAX) {
		aml_byte(a, AML_WORD);
		little_endian(a, value, 2);
	} else {
		aml_byte(a, AML_DWORD);
		little_endian(a, value, 4);
	}
}

void
aml_string(struct aml *a, const char *text)
{
	aml_byte(a, AML_STRING);
	do
		aml_byte(a, (uint8_t)*text);
	while (*text++);
}

void
aml_name_integer(struct aml *a, const char *seg, uint32_t value)
{
	aml_byte(a, AML_NAME);
	aml_name_seg(a, seg);
	aml_integer(a, value);
}

void
aml_name_string(struct aml *a, const char *seg, const char *text)
{
	aml_byte(a, AML_NAME);
	aml_name_seg(a, seg);
	aml_string(a, text);
}

static uint32_t
hex_digit(char c)
{
	return (uint32_t)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Three letters of five bits, four hexadecimal digits, as a big-endian number. */
void
aml_name_eisa(struct aml *a, const char *seg, const char *id)
{
	uint32_t value = 0;

	for (int i = 0; i < 3; i++)
		value = value << 5 | (uint32_t)(id[i] - 'A' + 1);
	for (int i = 3; i < 7; i++)
		value = value << 4 | hex_digit(id[i]);
	aml_byte(a, AML_NAME);
	aml_name_seg(a, seg);
	aml_byte(a, AML_DWORD);
	little_endian(a, __builtin_bswap32(value), 4);
}

void
aml_name_buffer(struct aml *a, const char *seg, const uint8_t *bytes, size_t len)
{
	size_t buffer;

	aml_byte(a, AML_NAME);
	aml_name_seg(a, seg);
	buffer = aml_open(a, AML_BUFFER);
	aml_integer(a, (uint32_t)len);
	for (size_t i = 0; i < len; i++)
		aml_byte(a, bytes[i]);
	aml_close(a, buffer);
}
