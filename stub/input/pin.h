/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pinned sums: what a signed kshim.efi may boot that has no signature of its own.
 *
 * A section .kshpin holds lines as sha256sum writes them, 64 hexadecimal digits, two blanks (or
 * a blank and a star), a name:
 *
 * - kernel: the file that is entered;
 * - initrd: all initrds joined as initrd_join.h says; a single one is hashed as the file is;
 * - cmdline: the whole line, our words in it, without a NUL;
 * - together: these parts, each initrd for itself, by pin_add_part().
 *
 * A name may come several times: any of its sums will do. Where there is one for `together`,
 * what is pinned for one boot cannot be mixed with what is pinned for another.
 */
#ifndef KSHIM_PIN_H
#define KSHIM_PIN_H

#include "stub/base/sha256.h"

/* Is `sum` among those pinned for `name`? */
bool pin_has(struct span pins, const char *name, const uint8_t sum[SHA256_LEN]);

/* Is anything pinned for `name`? */
bool pin_names(struct span pins, const char *name);

/*
 * Add an initrd to the sum of all that are joined, with the gap behind it unless it is the last
 * (initrd_join.h).
 */
void pin_add_initrd(struct sha256 *joined, struct span initrd, bool last);

/*
 * Add kernel, each initrd and the line, in this order, to the sum of a boot: each by its own
 * sum, so that number and boundaries of the parts count.
 */
void pin_add_part(struct sha256 *together, struct span part);

#endif
