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
#include "stub/input/pe.h"
#include "stub/input/utf.h"

#define FOLDER1    "\\loader\\entries"
#define FOLDER2    "\\EFI\\Linux"
#define TEXT_SPARE 32768 /* bytes of kept text for the options of the entry that is chosen */

/* What is being listed, and into what. */
struct listing {
	const struct volume *volume;
	const char *folder;
	bool type2;
	struct entry_list *list;
};

char *
entry_path(const struct entry_file *f)
{
	return text_keep(text_span(f->folder), "\\", text_span(f->name));
}

void
entry_say(const struct entry_file *f, const char *what)
{
	const char *line = text_keep(text_span(f->name), ": ", text_span(what));

	say(line ? line : what);
}

/* Read what the entry's file says; one that is damaged is left out, but said. */
static bool
read_type1(struct entry_file *f, struct refusal *why)
{
	struct file file;
	char *path = entry_path(f);

	if (!path || file_read_from(f->volume->root, path, &file, why) ||
	        bls_entry_read(file.bytes, &f->entry, why))
		return false;
	f->text = file.bytes;
	if (f->entry.architecture.size && !bls_match(text_span("x64"), f->entry.architecture))
		return false;
	if (!f->entry.kernel.size)
		entry_say(f, "its uki-url is passed over, because nothing is read by network");
	return f->entry.kernel.size;
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

static bool
read_osrel(struct entry_file *f, struct span text)
{
	bls_entry_of_os_release(text, &f->entry);
	return keep_value(&f->entry.sort_key) && keep_value(&f->entry.version) &&
	       keep_value(&f->entry.title);
}

/* A unified kernel image says who it is in .osrel; without .linux it is none. */
static bool
read_type2(struct entry_file *f, struct refusal *why)
{
	static struct pe pe;
	struct file file;
	struct span text = {NULL, 0};
	char *path = entry_path(f);
	bool found;

	if (!path || file_read_from(f->volume->root, path, &file, why))
		return false;
	found = !pe_read(file.bytes, &found, &pe, why) && found && pe_find(&pe, ".linux");
	if (found)
		text = pe_content(&pe, ".osrel", file.bytes, false);
	found = text.size && read_osrel(f, text);
	pages_free((uintptr_t)file.bytes.base);
	return found;
}

/* Read the entry's own file; `why` says what is wrong with it, if anything is. */
static bool
read_entry(struct entry_file *f, bool type2, struct refusal *why)
{
	return type2 ? read_type2(f, why) : read_type1(f, why);
}

static void
add_entry(void *arg, const uint16_t *name)
{
	const struct listing *l = arg;
	struct entry_list *list = l->list;
	struct entry_file *f = &list->entry[list->count]; /* there is room for one more */
	struct refusal why = {.code = REFUSAL_NONE};

	struct span wide = {(const uint8_t *)name, 2 * ENTRY_NAME};

	if (!utf8_from_16(wide, f->name, ENTRY_NAME) ||
	        !bls_name(text_span(f->name), l->type2 ? ".efi" : ".conf", &f->entry))
		return;
	if (list->count == ENTRIES || text_keep_room() < TEXT_SPARE) {
		say("more boot entries than there is room for: this one is left out");
		say(f->name);
		return;
	}
	f->volume = l->volume;
	f->folder = l->folder;
	f->text = (struct span){NULL, 0};
	if (read_entry(f, l->type2, &why)) {
		list->count++;
	} else if (why.code) {
		why.subject = entry_path(f);
		say_refusal(&why);
	}
}

void
entry_files_list(const struct volume *volume, struct entry_list *list)
{
	struct listing l = {volume, FOLDER1, false, list};

	folder_files(volume->root, l.folder, add_entry, &l);
	l.folder = FOLDER2;
	l.type2 = true;
	folder_files(volume->root, l.folder, add_entry, &l);
}
