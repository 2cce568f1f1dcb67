/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot Loader Specification entries as a source of kernel, initrds and options.
 */
#ifndef KSHIM_EFI_ENTRIES_H
#define KSHIM_EFI_ENTRIES_H

#include "efi/boot.h"
#include "efi/say.h"

/*
 * Find the entry to boot and read its files into *b; *ret_found is false, with REFUSAL_NONE, if
 * there is no entry at all. An entry that is damaged is said and left out.
 */
enum refusal_code entries_find(struct boot *b, bool *ret_found, struct refusal *ret_why);

#endif
