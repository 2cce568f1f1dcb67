/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of our functions, for the sentence about a fault.
 *
 * tools/add-symbols writes them into the linked image: for each function in the order of their
 * addresses its distance from kshim_text (32 bits), its name, a NUL; an empty name ends the
 * list.
 */
#ifndef KSHIM_X86_SYMBOLS_H
#define KSHIM_X86_SYMBOLS_H

#include <stdint.h>

#define SYMBOLS_ROOM 9216 /* bytes, in each image */

/*
 * The name of the function that holds the address, and the distance from its start; NULL if the
 * address is not in our code.
 */
const char *symbol_at(uint64_t addr, uint64_t *ret_distance);

#endif
