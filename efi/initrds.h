/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of initrds of a boot, in the order in which the kernel unpacks them.
 */
#ifndef KSHIM_EFI_INITRDS_H
#define KSHIM_EFI_INITRDS_H

#include "efi/boot.h"

/* Append one; an empty file is none. Errors: REFUSAL_PLAN_TOO_MANY. */
enum refusal_code initrds_add(struct boot *b, struct file file, struct refusal *ret_why);

#endif
