/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UTF-16, which the firmware speaks, and UTF-8, which everybody else does.
 *
 * Unicode 15, 3.9. An unpaired surrogate or a malformed byte becomes U+FFFD.
 */
#ifndef KSHIM_EFI_UTF_H
#define KSHIM_EFI_UTF_H

#include <stddef.h>
#include <stdint.h>

/* UTF-16 in[0..count), up to a NUL, as UTF-8 into buf; false if it does not fit. */
_Bool utf8_from_16(const uint16_t *in, size_t count, char *buf, size_t size);

/* UTF-8 up to its NUL as UTF-16 with a NUL into buf[0..count); false if it does not fit. */
_Bool utf16_from_8(const char *in, uint16_t *buf, size_t count);

#endif
