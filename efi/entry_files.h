/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Boot Loader Specification entries that lie on volumes, as a list.
 */
#ifndef KSHIM_EFI_ENTRY_FILES_H
#define KSHIM_EFI_ENTRY_FILES_H

#include "efi/file.h"
#include "stub/input/efi_entry.h"

/*
 * Append the entries of one volume, whose number the list has them by; those that do not fit or
 * are damaged are said. Texts lie in kept text or in pages.
 */
void entry_files_list(const struct volume *volume, uint32_t number, struct efi_entries *list);

/* Say something of an entry. */
void entry_say(const struct efi_entry *f, const char *what);

/* FOLDER\NAME, kept; NULL if there is no room. */
char *entry_path(const struct efi_entry *f);

#endif
