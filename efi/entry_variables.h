/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Boot Loader Interface of a boot manager: which entry userspace wants, and which it got.
 */
#ifndef KSHIM_EFI_ENTRY_VARIABLES_H
#define KSHIM_EFI_ENTRY_VARIABLES_H

#include "efi/entry_files.h"

/*
 * The name or glob of the entry that userspace wants: for this boot only (forgotten by that),
 * or for every boot. False if it wants none.
 */
bool entry_variables_once(char ret_glob[EFI_ENTRY_NAME]);
bool entry_variables_default(char ret_glob[EFI_ENTRY_NAME]);
/* The same, of the entry that comes before the default until its tries are used up. */
bool entry_variables_preferred(char ret_glob[EFI_ENTRY_NAME]);

/* The id of the entry that was booted last; false if none was noted. */
bool entry_variables_last(char ret_id[EFI_ENTRY_NAME]);
void entry_variables_remember(const struct efi_entry *chosen);

/* Tell which entries there are, in their order, and which one is booted. */
void entry_variables_tell(const struct efi_entries *list, const struct efi_entry *chosen);

/* Tell systemd-bless-boot under which path the entry is after the boot was counted. */
void entry_variables_counted(const char *path);

#endif
