/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot entries that kshim.efi finds as a boot manager, and which of them it boots: for
 * kshim.efi and for `kshim measure`.
 *
 * UAPI Group Specifications, "Boot Loader Specification" (type 1 and 2 entries); systemd.io,
 * "The Boot Loader Interface" (the variables). The caller lists folders and reads files.
 */
#ifndef KSHIM_EFI_ENTRY_H
#define KSHIM_EFI_ENTRY_H

#include "bls.h"
#include "pe.h"

#define EFI_ENTRIES       128
#define EFI_ENTRY_NAME    256 /* of the file, bytes */
#define EFI_ENTRY_FOLDERS 2
#define EFI_LOADER_CONFIG "\\loader\\loader.conf"

/* Where entries lie on a volume. */
struct efi_entry_folder {
	const char *path, *suffix;
	bool images; /* unified kernel images, else text entries */
};
extern const struct efi_entry_folder efi_entry_folder[EFI_ENTRY_FOLDERS];

/* An entry and where its file lies. Texts lie in what the caller read, or in `name`. */
struct efi_entry {
	struct bls_entry entry;
	struct span text; /* all of a text entry's file */
	uint32_t volume;  /* the caller's number of it */
	const struct efi_entry_folder *folder;
	char name[EFI_ENTRY_NAME]; /* of the file */
};

struct efi_entries {
	uint32_t count;
	struct efi_entry entry[EFI_ENTRIES + 1]; /* one more to read the next into */
};

/*
 * Read what an entry's file says on top of what bls_name() found of its name. False if it is no
 * entry, or none for this machine; then, and only then, ret_why->code says what is wrong with
 * it, or *ret_note what is to be known, if anything is.
 */
bool efi_entry_read(struct efi_entry *e, struct span file, struct pe *room,
        const char **ret_note, struct refusal *ret_why);

/* What names the entry that is to be booted; empty: nothing does. */
struct efi_entry_wishes {
	bool has_word;
	struct span word;       /* kshim.entry= of the load options: it must match */
	struct span once;       /* LoaderEntryOneShot */
	struct span while_good; /* LoaderEntryPreferred: unless its tries are used up */
	struct span always;     /* LoaderEntryDefault */
	struct span config;     /* the default in loader.conf */
	struct span last;       /* LoaderEntryLastBooted, which @saved in the others means */
};

struct efi_entry_choice {
	const struct efi_entry *entry; /* NULL: the word is that of none */
	bool once;                     /* it is that of LoaderEntryOneShot */
	bool gone; /* a variable names an entry that is not there, and is passed over */
};

/* Choose among the entries, of which there are some. */
struct efi_entry_choice efi_entry_choose(
        const struct efi_entries *list, const struct efi_entry_wishes *wishes);

/* Is the default what was booted last? */
bool efi_entry_is_saved(const struct efi_entry_wishes *wishes);

#endif
