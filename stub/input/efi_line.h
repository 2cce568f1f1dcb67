/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of a boot by kshim.efi, from its parts.
 */
#ifndef KSHIM_EFI_LINE_H
#define KSHIM_EFI_LINE_H

#include "bls.h"
#include "cmdline.h"

/* In their order; empty where a boot has none. */
struct efi_line {
	struct span packed;            /* with the kernel */
	bool is_section;               /* that is a .cmdline, not a bundle's line */
	const struct bls_entry *entry; /* whose options follow; NULL: none was chosen */
	struct span words;             /* of the load options */
};

/*
 * Join them into *line, which is empty, with the words that are ours. Errors: those of
 * cmdline_append() and cmdline_append_section().
 */
enum refusal_code efi_line_join(
        const struct efi_line *parts, struct cmdline *line, struct refusal *ret_why);

#endif
