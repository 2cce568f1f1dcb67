/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.efi as a boot manager (efi/entries.c): lists the entries of its volumes, has
 * stub/input/efi_entry.h choose one, and reads the files that it names.
 */
#include <stdio.h>
#include <string.h>

#include "stub/base/text.h"
#include "tools/cmd.h"
#include "tools/measure/boot.h"

#define NAMES (2 * EFI_ENTRIES)

/* The names in one folder. */
struct names {
	const struct efi_entry_folder *folder;
	uint32_t count;
	char name[NAMES][EFI_ENTRY_NAME];
};

static void
add_name(void *arg, const char *name)
{
	struct names *n = arg;
	struct bls_entry e;

	if (strlen(name) < EFI_ENTRY_NAME && n->count < NAMES &&
	        bls_name(text_span(name), n->folder->suffix, &e))
		memcpy(n->name[n->count++], name, strlen(name) + 1);
}

/* A path on a volume of UEFI. */
static void
make_path(const struct efi_entry *e, char path[FS_PATH])
{
	snprintf(path, FS_PATH, "%s\\%s", e->folder->path, e->name);
}

/* Read one entry's file; a damaged one is said, and left out as kshim.efi leaves it out. */
static int
add_entry(struct boot *b, uint32_t volume, const struct efi_entry_folder *folder,
        const char *name)
{
	struct efi_entry *e = &b->entries.entry[b->entries.count];
	const struct file *file;
	char path[FS_PATH];
	const char *note;
	struct refusal why;
	int status;

	memcpy(e->name, name, strlen(name) + 1);
	(void)bls_name(text_span(e->name), folder->suffix, &e->entry);
	e->folder = folder;
	e->volume = volume;
	make_path(e, path);
	if (b->entries.count == EFI_ENTRIES)
		return fail(STATUS_REFUSED, "%s: more than %d boot entries", path, EFI_ENTRIES);
	status = media_read(&b->media, volume, path, &file);
	if (status != STATUS_OK || !file)
		return status;
	if (efi_entry_read(e, file_span(file), &b->kernel_pe, &note, &why))
		b->entries.count++;
	else if (note)
		fprintf(stderr, "kshim: %s: %s\n", path, note);
	else if (why.code)
		(void)fail_refusal(path, why);
	return STATUS_OK;
}

static int
list_volume(struct boot *b, uint32_t volume)
{
	static struct names names;
	int status = STATUS_OK;

	for (unsigned f = 0; status == STATUS_OK && f < EFI_ENTRY_FOLDERS; f++) {
		names.folder = &efi_entry_folder[f];
		names.count = 0;
		status = media_list(
		        &b->media, volume, efi_entry_folder[f].path, add_name, &names);
		for (uint32_t i = 0; status == STATUS_OK && i < names.count; i++)
			status = add_entry(b, volume, names.folder, names.name[i]);
	}
	return status;
}

/* The volumes in kshim.efi's order, its own first: number i, and how many there are. */
static uint32_t
in_order(const struct boot *b, uint32_t i)
{
	return i == 0 ? b->root : i < b->root ? i : i + 1;
}

static uint32_t
volumes(const struct boot *b)
{
	return b->media.volumes - 1;
}

static int
list(struct boot *b)
{
	int status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < volumes(b); i++) {
		if (b->media.volume[in_order(b, i)].has_entries)
			status = list_volume(b, in_order(b, i));
	}
	return status;
}

/* loader.conf of the first volume that has one. */
static int
read_config(struct boot *b)
{
	const struct file *file = NULL;
	int status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && !file && i < volumes(b); i++)
		status = media_read(&b->media, in_order(b, i), EFI_LOADER_CONFIG, &file);
	if (file)
		b->m.config[0] = (struct measure_file){EFI_LOADER_CONFIG, file_span(file)};
	return status;
}

/* By --entry, as if it were a variable for this boot; it must be there. */
static int
choose(struct boot *b)
{
	const struct cmdline words = {.text = (char *)(uintptr_t)b->w->words,
	        .size = strlen(b->w->words) + 1,
	        .len = strlen(b->w->words)};
	struct efi_entry_wishes wishes = {.config = bls_default(b->m.config[0].bytes)};
	struct efi_entry_choice choice;
	struct refusal why;

	if (b->w->entry)
		wishes.once = text_span(b->w->entry);
	wishes.has_word = cmdline_value(&words, "kshim.entry=", &wishes.word);
	choice = efi_entry_choose(&b->entries, &wishes);
	b->entry = choice.entry;
	if (choice.entry && !choice.gone)
		return STATUS_OK;
	for (uint32_t i = 0; i < b->entries.count; i++)
		fprintf(stderr, "kshim: %s\\%s\n", b->entries.entry[i].folder->path,
		        b->entries.entry[i].name);
	refuse(&why, REFUSAL_ENTRY_NONE, 0, b->entries.count, 0);
	return fail_refusal(b->w->entry ? b->w->entry : "kshim.entry=", why);
}

/* A file that the entry names, on its own volume; its name as `path`. */
static int
read_named(struct boot *b, struct span name, char path[FS_PATH], const struct file **ret_file)
{
	struct refusal why;
	int status;

	if (name.size >= FS_PATH)
		name.size = FS_PATH - 1;
	memcpy(path, name.base, (size_t)name.size);
	path[name.size] = '\0';
	status = media_read(&b->media, b->entry->volume, path, ret_file);
	if (status != STATUS_OK || *ret_file)
		return status;
	refuse(&why, REFUSAL_EFI_NOT_FOUND, 0, 0, 0);
	return fail_refusal(path, why);
}

static int
read_initrds(struct boot *b)
{
	const struct bls_entry *e = &b->entry->entry;
	const struct file *file;
	char path[FS_PATH];
	int status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < e->initrds; i++) {
		status = read_named(b, e->initrd[i], path, &file);
		if (status == STATUS_OK)
			status = sources_initrd(b, file->path, file_span(file));
	}
	return status;
}

/* The kernel that the entry names, or that its own file at `path` is, and the initrds. */
static int
load(struct boot *b, const char *path)
{
	const struct bls_entry *e = &b->entry->entry;
	const struct file *kernel;
	static char self[FS_PATH];
	int status = read_named(b, e->kernel.size ? e->kernel : text_span(path), self, &kernel);

	if (status != STATUS_OK)
		return status;
	b->kernel_at = (struct beside_place){b->entry->volume, self, b->entry->volume};
	if (e->has_profile && !b->m.has_profile) { /* the load options come first */
		b->m.profile = e->profile;
		b->m.has_profile = true;
	}
	status = sources_kernel(b, kernel);
	return status == STATUS_OK ? read_initrds(b) : status;
}

int
entries_take(struct boot *b)
{
	static char path[FS_PATH];
	struct refusal why;
	int status = list(b);

	if (status == STATUS_OK)
		status = read_config(b);
	if (status != STATUS_OK)
		return status;
	if (!b->entries.count) {
		refuse(&why, REFUSAL_EFI_NO_KERNEL, 0, 0, 0);
		return fail_refusal(b->image->path, why);
	}
	if (choose(b) != STATUS_OK)
		return STATUS_REFUSED;
	make_path(b->entry, path);
	b->m.config[1] = (struct measure_file){path, b->entry->text};
	return load(b, path);
}
