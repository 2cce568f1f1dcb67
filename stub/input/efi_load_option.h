/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_LOAD_OPTION, what a variable Boot#### holds (UEFI 2.10, 3.1.3).
 *
 * A program that a boot entry starts gets the entry's optional data. Some firmware (Dell's)
 * hands it the whole entry, as the sources of Linux's EFI stub and of shim tell.
 */
#ifndef KSHIM_EFI_LOAD_OPTION_H
#define KSHIM_EFI_LOAD_OPTION_H

#include "stub/base/bytes.h"

/*
 * Is `raw` a whole load option: known attributes, a description, a device path that ends where
 * its length says? Then *ret_data is its optional data, which may be empty.
 */
bool efi_load_option_read(struct span raw, struct span *ret_data);

#endif
