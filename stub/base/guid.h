/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 16 bytes of a GUID or UUID as text: 8-4-4-4-12 digits in lower case, as Linux and
 * libblkid write them.
 */
#ifndef KSHIM_GUID_H
#define KSHIM_GUID_H

#include <stdint.h>

#define GUID_LEN  16
#define GUID_TEXT 37 /* with its NUL */

/* As UEFI and GPT store it: the first three numbers have their low byte first. */
void guid_text(const uint8_t guid[GUID_LEN], char ret_text[GUID_TEXT]);

/* As RFC 9562 and Linux's file systems store it: bytes in the order of their digits. */
void uuid_text(const uint8_t uuid[GUID_LEN], char ret_text[GUID_TEXT]);

#endif
