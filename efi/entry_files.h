/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Boot Loader Specification entries that lie on volumes, as a list.
 */
#ifndef KSHIM_EFI_ENTRY_FILES_H
#define KSHIM_EFI_ENTRY_FILES_H

#include "efi/file.h"
#include "stub/input/bls.h"

#define ENTRIES    128
#define ENTRY_NAME 256 /* of the file, bytes */

/* One entry and where its file lies. Texts lie in kept text, in pages, or in `name`. */
struct entry_file {
	struct bls_entry entry;
	struct span text; /* all of a text entry's file */
	const struct volume *volume;
	const char *folder;
	char name[ENTRY_NAME]; /* of the file, in the folder */
};

struct entry_list {
	uint32_t count;
	struct entry_file entry[ENTRIES + 1]; /* one more to read the next into */
};

/* Append the entries of one volume; those that do not fit or are damaged are said. */
void entry_files_list(const struct volume *volume, struct entry_list *list);

/* Say something of an entry. */
void entry_say(const struct entry_file *f, const char *what);

/* FOLDER\NAME, kept; NULL if there is no room. */
char *entry_path(const struct entry_file *f);

#endif
