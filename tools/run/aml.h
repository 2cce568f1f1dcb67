/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A writer of ACPI Machine Language, for the few terms that our DSDT needs.
 *
 * Source: ACPI 6.4, chapter 20. Packages are opened and closed; the length that AML wants in
 * front is filled in at the close. By hand, because the compiler of AML (iasl) is a program,
 * not a library, and the DSDT depends on the guest's processors; tests take the result apart
 * with iasl.
 */
#ifndef RUN_AML_H
#define RUN_AML_H

#include <stddef.h>
#include <stdint.h>

struct aml {
	uint8_t *out;
	size_t size;
	size_t len; /* may pass size: then nothing beyond was written */
};

void aml_byte(struct aml *a, uint8_t byte);
void aml_name_seg(struct aml *a, const char *seg); /* four letters, or \ and four */

/* Open a package whose opcode (up to two bytes) is `op`; what returns goes to aml_close(). */
size_t aml_open(struct aml *a, uint16_t op);
void aml_close(struct aml *a, size_t opened);

void aml_integer(struct aml *a, uint32_t value);
void aml_string(struct aml *a, const char *text);
void aml_name_integer(struct aml *a, const char *seg, uint32_t value);
void aml_name_string(struct aml *a, const char *seg, const char *text);

/* Name (seg, EisaId ("PNP0501")) */
void aml_name_eisa(struct aml *a, const char *seg, const char *id);

/* Name (seg, Buffer of `len` bytes) */
void aml_name_buffer(struct aml *a, const char *seg, const uint8_t *bytes, size_t len);

#endif
