/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and sets the variables of bootctl and systemd-bless-boot (systemd.io, "The Boot Loader
 * Interface").
 *
 * An entry's id is its file's name in lower case, with its suffix and without the boot counter.
 */
#include "efi/entry_variables.h"
#include "efi/variables.h"
#include "stub/base/text.h"
#include "stub/input/utf.h"

#define IDS_ROOM (EFI_ENTRIES * 64) /* units of all ids; more is not told */

/* systemd's EFI_LOADER_FEATURE_... of what this boot manager does. */
#define FEATURES                                                                               \
	(1u << 2 /* a default */ | 1u << 3 /* for one boot */ | 1u << 4 /* boot counting */ |  \
	        1u << 5 /* XBOOTLDR */ | 1u << 6 /* the seed file */ |                         \
	        1u << 8 /* sort-key */ | 1u << 9 /* @saved */ | 1u << 16 /* uki */ |           \
	        1u << 18 /* the TPM's banks */ | 1u << 19 /* one while it is good */)

bool
entry_variables_once(char ret_glob[EFI_ENTRY_NAME])
{
	if (!variable_text(L"LoaderEntryOneShot", ret_glob, EFI_ENTRY_NAME))
		return false;
	variable_delete(L"LoaderEntryOneShot");
	return true;
}

bool
entry_variables_default(char ret_glob[EFI_ENTRY_NAME])
{
	return variable_text(L"LoaderEntryDefault", ret_glob, EFI_ENTRY_NAME);
}

bool
entry_variables_preferred(char ret_glob[EFI_ENTRY_NAME])
{
	return variable_text(L"LoaderEntryPreferred", ret_glob, EFI_ENTRY_NAME);
}

bool
entry_variables_last(char ret_id[EFI_ENTRY_NAME])
{
	return variable_text(L"LoaderEntryLastBooted", ret_id, EFI_ENTRY_NAME);
}

/* False if it does not fit. */
static bool
id_of(const struct efi_entry *f, char ret_id[EFI_ENTRY_NAME])
{
	struct text t = text_init(ret_id, EFI_ENTRY_NAME);
	struct span suffix = bls_suffix(text_span(f->name));

	for (uint64_t i = 0; i < f->entry.id.size; i++)
		text_char(&t, (char)text_lower(f->entry.id.base[i]));
	for (uint64_t i = 0; i < suffix.size; i++)
		text_char(&t, (char)text_lower(suffix.base[i]));
	return t.len < EFI_ENTRY_NAME;
}

void
entry_variables_remember(const struct efi_entry *chosen)
{
	char id[EFI_ENTRY_NAME], before[EFI_ENTRY_NAME];

	if (!id_of(chosen, id))
		return;
	/* Flash wears out. */
	if (!entry_variables_last(before) || !span_same(text_span(before), text_span(id)))
		variable_keep_text(L"LoaderEntryLastBooted", id);
}

/* The entry that comes next behind `before`, or first of all. */
static const struct efi_entry *
next_of(const struct efi_entries *list, const struct efi_entry *before)
{
	const struct efi_entry *best = NULL;

	for (uint32_t i = 0; i < list->count; i++) {
		const struct efi_entry *f = &list->entry[i];

		if (before && bls_compare(&f->entry, &before->entry) <= 0)
			continue;
		if (!best || bls_compare(&f->entry, &best->entry) < 0)
			best = f;
	}
	return best;
}

void
entry_variables_tell(const struct efi_entries *list, const struct efi_entry *chosen)
{
	static const uint64_t features = FEATURES;
	static uint16_t ids[IDS_ROOM];
	char id[EFI_ENTRY_NAME];
	UINTN units = 0;

	for (const struct efi_entry *f = next_of(list, NULL); f; f = next_of(list, f)) {
		if (!id_of(f, id) || !utf16_from_8(id, ids + units, IDS_ROOM - units))
			break;
		while (ids[units++])
			;
	}
	variable_set_text(L"LoaderInfo", "kshim " KSHIM_VERSION);
	variable_set(L"LoaderFeatures", &features, sizeof(features));
	variable_set(L"LoaderEntries", ids, units * sizeof(ids[0]));
	if (id_of(chosen, id))
		variable_set_text(L"LoaderEntrySelected", id);
}

void
entry_variables_counted(const char *path)
{
	variable_set_text(L"LoaderBootCountPath", path);
}
