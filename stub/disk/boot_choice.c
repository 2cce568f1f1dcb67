/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chooses among the entries of a disk, and finds the files of the one that is chosen.
 */
#include "boot_choice.h"

struct teller {
	choice_watcher *watcher;
	void *context;
};

/* That there were too many looks is the answer, and not told of each file system. */
static void
tell(const struct teller *t, const char *what, const struct refusal *why)
{
	if (t->watcher && !(why && why->code == REFUSAL_DISK_BUDGET))
		t->watcher(t->context, 0, what, why);
}

static void
tell_partition(const struct teller *t, const struct partition *p, const struct refusal *why)
{
	char name[PARTITION_NAME];
	struct text text = text_init(name, sizeof(name));

	boot_text(&text, text_span(*p->name ? p->name : *p->type ? p->type : "the whole disk"));
	tell(t, name, why);
}

static void
tell_volume(void *teller, const struct boot_volume *volume, const struct refusal *why)
{
	tell_partition(teller, &volume->part, why);
}

/* A fault of the partition table, unless it is the one that was told last. */
static void
tell_table(const struct teller *t, const struct refusal *why, uint64_t *told)
{
	if (*told != why->where)
		tell(t, "partition table", why);
	*told = why->where;
}

/* Every file system of the disk; a partition that should have one and cannot be read is told.
 */
static enum refusal_code
open_volumes(
        struct disk *disk, struct boot_list *list, const struct teller *t, struct refusal *why)
{
	struct partition_cursor cursor = {0};
	uint64_t told = UINT64_MAX;
	struct partitions table;
	struct partition part;
	struct refusal fault;
	bool found = true;
	enum refusal_code code = partitions_open(disk, &table, why);

	if (!code && table.backup)
		tell(t, "partition table, whose second copy is read", &table.primary);
	while (!code && found) {
		if (partitions_next(&table, &cursor, &found, &part, &fault)) {
			tell_table(t, &fault, &told);
			found = true; /* the walk goes on */
		} else if (found && partition_is_for_files(&part) &&
		           boot_list_open(list, &part, &fault)) {
			tell_partition(t, &part, &fault);
		}
	}
	return code;
}

/* "PATH", and of one of many entries in the same file "PATH (ID)". */
static void
name_entry(const struct boot_entry *e, char name[BOOT_PATH])
{
	struct text t = text_init(name, BOOT_PATH);

	boot_text(&t, e->path);
	if (e->kind == BOOT_GRUB) {
		text_str(&t, " (");
		boot_text(&t, e->entry.id);
		text_str(&t, ")");
	}
}

void
boot_choice_tell(const struct boot_choice *choice, choice_watcher *watcher, void *context)
{
	const struct boot_entries *list = &choice->list.entries;
	char name[BOOT_PATH];

	for (uint32_t i = 0; i < list->count; i++) {
		const struct boot_entry *e = &list->entry[i];

		name_entry(e, name);
		watcher(context, i + 1, name, e->why.code ? &e->why : NULL);
	}
}

/* The boot program of removable media. */
static bool
find_fallback(struct boot_choice *c)
{
	struct boot_file *f = &c->load.file[0];

	c->volume = boot_list_fallback(&c->list, &f->node);
	if (!c->volume)
		return false;
	memcpy(f->path, BOOT_FALLBACK, sizeof(BOOT_FALLBACK));
	c->load.files = 1;
	c->load.line[0] = '\0';
	return true;
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

static enum refusal_code
choose(struct disk *disk, struct span wanted, choice_watcher *watcher, void *context,
        bool *ret_found, struct boot_choice *choice, struct refusal *ret_why)
{
	struct teller teller = {watcher, context};
	enum refusal_code code;

	*ret_found = false;
	choice->load.files = 0;
	boot_list_start(&choice->list);
	code = open_volumes(disk, &choice->list, &teller, ret_why);
	if (code)
		return code;
	boot_list_make(&choice->list, tell_volume, &teller);
	if (choice->list.note)
		tell(&teller, choice->list.note, NULL);
	choice->entry = boot_list_choose(&choice->list, wanted, &choice->load);
	if (!choice->entry)
		return without_entry(choice, wanted, ret_found, ret_why);
	if (choice->entry->why.code) {
		*ret_why = choice->entry->why;
		return ret_why->code;
	}
	choice->volume = boot_list_volume(&choice->list, choice->entry->partition);
	if (choice->volume->fs.needs_recovery)
		tell(&teller,
		        "the journal is not replayed: what was written last may be missing",
		        NULL);
	*ret_found = true;
	return REFUSAL_NONE;
}

enum refusal_code
boot_choose(struct disk *disk, struct span wanted, choice_watcher *watcher, void *context,
        bool *ret_found, struct boot_choice *choice, struct refusal *ret_why)
{
	enum refusal_code code;

	disk_bound(disk);
	code = choose(disk, wanted, watcher, context, ret_found, choice, ret_why);
	if (!disk_unbound(disk)) {
		*ret_found = false;
		return refuse(ret_why, REFUSAL_DISK_BUDGET, 0, 0, DISK_LOOKS);
	}
	return code;
}

void
boot_choice_count(struct boot_choice *choice, choice_watcher *watcher, void *context)
{
	char tail[BLS_TAIL], line[BOOT_PATH];
	struct text t = text_init(line, sizeof(line));
	const char *why;

	if (!choice->entry || !boot_entry_counts(choice->entry))
		return;
	why = boot_list_count(&choice->list, choice->entry, tail);
	if (why) {
		text_str(&t, "this boot is not counted, because ");
		text_str(&t, why);
	} else {
		text_str(&t, "this boot is counted: ");
		boot_text(&t, choice->entry->entry.id);
		text_str(&t, tail);
	}
	watcher(context, 0, line, NULL);
}

enum refusal_code
boot_choice_read(struct boot_choice *choice, uint32_t n, uint64_t off, void *to, uint64_t len,
        struct refusal *ret_why)
{
	return fs_read(&choice->volume->fs, &choice->load.file[n].node, off, len, to, ret_why);
}
