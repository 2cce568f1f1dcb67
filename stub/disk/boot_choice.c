/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chooses among the entries of a disk, and finds the files of the one that is chosen.
 */
#include "boot_choice.h"

#include "stub/base/text.h"
#include "stub/input/cmdline.h"

#define FALLBACK "/EFI/BOOT/BOOTX64.EFI"

struct teller {
	choice_watcher *watcher;
	void *context;
};

static void
tell(const struct teller *t, const char *path, const struct refusal *why)
{
	if (t->watcher)
		t->watcher(t->context, path, why);
}

static void
tell_partition(const struct teller *t, const struct partition *p, const struct refusal *why)
{
	tell(t, *p->name ? p->name : *p->type ? p->type : "the whole disk", why);
}

static void
tell_volume(void *teller, const struct boot_volume *volume, const struct refusal *why)
{
	tell_partition(teller, &volume->part, why);
}

static void
tell_entries(const struct teller *t, const struct boot_entries *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct boot_entry *e = &list->entry[i];
		char path[BOOT_PATH];
		size_t len = e->path.size < BOOT_PATH ? (size_t)e->path.size : BOOT_PATH - 1;

		memcpy(path, e->path.base, len);
		path[len] = '\0';
		tell(t, path, e->why.code ? &e->why : NULL);
	}
}

/* Every file system of the disk; one that cannot be read is told. */
static enum refusal_code
open_volumes(
        struct disk *disk, struct boot_list *list, const struct teller *t, struct refusal *why)
{
	struct partition_cursor cursor = {0};
	struct partitions table;
	struct partition part;
	struct refusal fault;
	bool found = true;
	enum refusal_code code = partitions_open(disk, &table, why);

	while (!code && found) {
		code = partitions_next(&table, &cursor, &found, &part, why);
		if (!code && found && boot_list_open(list, &part, &fault))
			tell_partition(t, &part, &fault);
	}
	return code;
}

static enum refusal_code
join_options(struct boot_choice *c, const struct bls_entry *e, struct refusal *ret_why)
{
	struct cmdline line = cmdline_init(c->line, sizeof(c->line));
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < e->options; i++)
		code = cmdline_append(&line, e->option[i], ret_why);
	return code;
}

/* The files and options of the chosen entry. */
static enum refusal_code
load_entry(struct boot_choice *c, struct refusal *ret_why)
{
	const struct boot_entry *e = c->entry;
	enum refusal_code code = REFUSAL_NONE;

	c->volume = boot_list_volume(&c->list, e->partition);
	for (uint32_t i = 0; !code && i <= e->entry.initrds; i++) {
		struct choice_file *f = &c->file[i];

		code = boot_list_file(&c->list, e, i, f->path, &f->node, ret_why);
		if (code && f->path[0])
			ret_why->subject = f->path;
		c->files += !code;
	}
	return code ? code : join_options(c, &e->entry, ret_why);
}

/* Where removable media have their boot program. */
static bool
find_fallback(struct boot_choice *c)
{
	struct choice_file *f = &c->file[0];
	struct refusal ignored;

	for (uint32_t i = 0; i < c->list.volumes; i++) {
		c->volume = &c->list.volume[i];
		if (fs_find_file(&c->volume->fs, text_span(FALLBACK), &f->node, &ignored))
			continue;
		memcpy(f->path, FALLBACK, sizeof(FALLBACK));
		c->files = 1;
		return true;
	}
	return false;
}

/* No entry is chosen: is there another way, or why not? */
static enum refusal_code
without_entry(
        struct boot_choice *c, struct span wanted, bool *ret_found, struct refusal *ret_why)
{
	const struct boot_entries *entries = &c->list.entries;

	if (entries->count && wanted.size)
		return refuse(ret_why, REFUSAL_ENTRY_NONE, 0, entries->count, 0);
	if (entries->count) { /* all of them are damaged: why the first one is */
		*ret_why = entries->entry[0].why;
		return ret_why->code;
	}
	*ret_found = !wanted.size && find_fallback(c);
	return REFUSAL_NONE;
}

enum refusal_code
boot_choose(struct disk *disk, struct span wanted, choice_watcher *watcher, void *context,
        bool *ret_found, struct boot_choice *choice, struct refusal *ret_why)
{
	struct teller teller = {watcher, context};
	enum refusal_code code;

	*ret_found = false;
	choice->files = 0;
	choice->line[0] = '\0';
	boot_list_start(&choice->list);
	code = open_volumes(disk, &choice->list, &teller, ret_why);
	if (code)
		return code;
	boot_list_make(&choice->list, tell_volume, &teller);
	tell_entries(&teller, &choice->list.entries);
	choice->entry = boot_entries_choose(&choice->list.entries, wanted);
	if (!choice->entry)
		return without_entry(choice, wanted, ret_found, ret_why);
	*ret_found = true;
	return load_entry(choice, ret_why);
}

enum refusal_code
boot_choice_read(struct boot_choice *choice, uint32_t n, uint64_t off, void *to, uint64_t len,
        struct refusal *ret_why)
{
	return fs_read(&choice->volume->fs, &choice->file[n].node, off, len, to, ret_why);
}
