/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pinned sums: what a signed kshim.efi may boot that has no signature of its own.
 *
 * A section .kshpin holds lines as sha256sum writes them, 64 hexadecimal digits, two blanks (or
 * a blank and a star), a name: kernel, initrd (all initrds joined as initrd_join.h says, so
 * that of a single one the file as it is), cmdline (the line with our words, without a NUL). A
 * name may come several times: any of its sums will do.
 */
#ifndef KSHIM_PIN_H
#define KSHIM_PIN_H

#include "stub/base/sha256.h"

/* Is `sum` among those pinned for `name`? */
bool pin_has(struct span pins, const char *name, const uint8_t sum[SHA256_LEN]);

/* Is anything pinned for `name`? */
bool pin_names(struct span pins, const char *name);

#endif
