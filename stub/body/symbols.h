/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of a body's functions, for the sentence about a fault.
 *
 * tools/add-symbols writes them into the linked image: for each function in the order of their
 * addresses its distance from kshim_text (32 bits), its name, a NUL; an empty name ends the
 * list.
 */
#ifndef KSHIM_SYMBOLS_H
#define KSHIM_SYMBOLS_H

#include "stub/base/range.h"
#include "stub/base/text.h"

#define SYMBOLS_ROOM 9216 /* bytes, in each image */

/*
 * The name of the function that holds the byte `distance` behind kshim_text, and the distance
 * from its start; NULL if it lies before all of them.
 */
const char *symbol_at(const char *symbols, uint64_t distance, uint64_t *ret_distance);

/* Append "NAME+DISTANCE"; of an address that is not in the code "outside of its code". */
void symbol_text(struct text *t, const char *symbols, struct range code, uint64_t addr);

#endif
