/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UTF-16, which UEFI firmware speaks, and UTF-8, which all else does (Unicode 15, 3.9).
 *
 * Bytes come as spans without alignment, UTF-16 with its lower byte first. A half unit at the
 * end of a span is not looked at.
 */
#ifndef KSHIM_UTF_H
#define KSHIM_UTF_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define UTF_BAD 0xffffffffu /* an unpaired surrogate, or bytes that are no UTF-8 */

/* The code point at byte *at, which is moved behind it; UTF_BAD is moved over as well. */
uint32_t utf16_next(struct span s, uint64_t *at);
uint32_t utf8_next(struct span s, uint64_t *at);

/* The bytes of `s` up to a NUL or its end. */
struct span utf16_text(struct span s);

/*
 * UTF-16 up to a NUL or its end as UTF-8 with a NUL into buf; false if it does not fit. What is
 * UTF_BAD becomes U+FFFD.
 */
bool utf8_from_16(struct span in, char *buf, size_t size);

/* UTF-8 up to its NUL as UTF-16 with a NUL into buf[0..count); likewise. */
bool utf16_from_8(const char *in, uint16_t *buf, size_t count);

/*
 * The same, but nothing is replaced, so that different texts stay different.
 * Errors: REFUSAL_EFI_UTF8 (where = offset, found = the byte), _CMDLINE_BUFFER (found = units
 * that are there, wanted = units that fit, both without the NUL).
 */
enum refusal_code utf16_exactly(
        const char *in, uint16_t *buf, size_t count, struct refusal *ret_why);

#endif
