/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists the Boot Loader Specification entries of volumes: text entries (type 1, in
 * \loader\entries) and unified kernel images (type 2, in \EFI\Linux).
 *
 * UAPI Group Specifications, "Boot Loader Specification". An entry that is damaged is said on
 * the console and left out. A unified kernel image is read whole, because a FAT file offers
 * nothing else, but only three texts of its .osrel section are kept.
 */
#include "efi/entry_files.h"
#include "efi/kept_text.h"
#include "efi/say.h"
#include "stub/input/utf.h"

#define TEXT_SPARE 32768 /* bytes of kept text for the paths of the entry that is chosen */

/* What is being listed, and into what. */
struct listing {
	const struct volume *volume;
	uint32_t number;
	const struct efi_entry_folder *folder;
	struct efi_entries *list;
};

char *
entry_path(const struct efi_entry *f)
{
	return text_keep(text_span(f->folder->path), "\\", text_span(f->name));
}

void
entry_say(const struct efi_entry *f, const char *what)
{
	const char *line = text_keep(text_span(f->name), ": ", text_span(what));

	say(line ? line : what);
}

/* Make a copy that stays, because the image itself may be large. */
static bool
keep_value(struct span *value)
{
	char *copy = text_keep(*value, "", (struct span){NULL, 0});

	if (!copy)
		return false;
	value->base = (const uint8_t *)copy;
	return true;
}

/* Read the entry's own file; `why` says what is wrong with it, if anything is. */
static bool
read_entry(struct efi_entry *f, const struct volume *volume, struct refusal *why)
{
	static struct pe pe;
	struct bls_entry *e = &f->entry;
	struct file file;
	const char *note;
	char *path = entry_path(f);
	bool found;

	if (!path || file_read_from(volume, path, &file, why))
		return false;
	found = efi_entry_read(f, file.bytes, &pe, &note, why);
	if (note)
		entry_say(f, note);
	if (!f->folder->images)
		return found;
	found = found && keep_value(&e->sort_key) && keep_value(&e->version) &&
	        keep_value(&e->title);
	pages_free((uintptr_t)file.bytes.base);
	return found;
}

static void
add_entry(void *arg, const uint16_t *name)
{
	const struct listing *l = arg;
	struct efi_entries *list = l->list;
	struct efi_entry *f = &list->entry[list->count]; /* there is room for one more */
	struct refusal why = {.code = REFUSAL_NONE};
	struct span wide = {(const uint8_t *)name, 2 * EFI_ENTRY_NAME};

	if (!utf8_from_16(wide, f->name, EFI_ENTRY_NAME) ||
	        !bls_name(text_span(f->name), l->folder->suffix, &f->entry))
		return;
	if (list->count == EFI_ENTRIES || text_keep_room() < TEXT_SPARE) {
		say("more boot entries than there is room for: this one is left out");
		say(f->name);
		return;
	}
	f->volume = l->number;
	f->folder = l->folder;
	if (read_entry(f, l->volume, &why)) {
		list->count++;
	} else if (why.code) {
		why.subject = entry_path(f);
		say_refusal(&why);
	}
}

void
entry_files_list(const struct volume *volume, uint32_t number, struct efi_entries *list)
{
	for (unsigned i = 0; i < EFI_ENTRY_FOLDERS; i++) {
		struct listing l = {volume, number, &efi_entry_folder[i], list};

		folder_files(volume->root, l.folder->path, add_entry, &l);
	}
}
