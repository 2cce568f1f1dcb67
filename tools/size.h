/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes as people type them in options, and as they read them.
 */
#ifndef KSHIM_SIZE_H
#define KSHIM_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIZE_TEXT 32 /* room for size_text() */

/* "512M": K, M, G or T, also as KiB; without a unit MiB. False if it is no such size. */
bool size_parse(const char *text, uint64_t *ret_size);

/* "4 KiB", "1.9 MiB": at most one digit after the point, rounded to nearest. Returns buf. */
const char *size_text(uint64_t size, char buf[SIZE_TEXT]);

#endif
