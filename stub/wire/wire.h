/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the structs of this folder are declared, and the asserts that follow each of them.
 *
 * They describe bytes in memory that others read, little-endian, at any alignment, and may
 * overlay a byte buffer.
 */
#ifndef KSHIM_WIRE_H
#define KSHIM_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE __attribute__((packed, may_alias))

#define WIRE_AT(type, field, offset)                                                           \
	_Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define WIRE_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)

#endif
