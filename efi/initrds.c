/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the initrds' list, which the load options, a bundle, sections and boot entries fill.
 */
#include "efi/initrds.h"

enum refusal_code
initrds_add(struct boot *b, struct file file, struct refusal *ret_why)
{
	if (!file.bytes.size)
		return REFUSAL_NONE;
	if (b->initrds == BOOT_INITRDS)
		return refuse_too_many(ret_why, "initrds", BOOT_INITRDS + 1, BOOT_INITRDS);
	b->initrd[b->initrds++] = file;
	return REFUSAL_NONE;
}
