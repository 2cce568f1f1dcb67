/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chooses among the entries of a disk, and finds the files of the one that is chosen.
 */
#include "boot_choice.h"

#include "stub/base/text.h"
#include "stub/input/cmdline.h"

#define FALLBACK   "/EFI/BOOT/BOOTX64.EFI"
#define BELOW_BOOT "/boot/loader/"

/* Who is told, and what of a partition is looked at. */
struct walk {
	choice_watcher *watcher;
	void *context;
	enum { LOOK_ENTRIES, LOOK_GRUB, LOOK_KERNELS, LOOK_FALLBACK } look;
};

static void
tell(const struct walk *w, const char *path, const struct refusal *why)
{
	if (w->watcher)
		w->watcher(w->context, path, why);
}

static void
tell_entries(const struct walk *w, const struct boot_entries *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct boot_entry *e = &list->entry[i];
		char path[CHOICE_PATH];
		size_t len =
		        e->path.size < CHOICE_PATH ? (size_t)e->path.size : CHOICE_PATH - 1;

		memcpy(path, e->path.base, len);
		path[len] = '\0';
		tell(w, path, e->why.code ? &e->why : NULL);
	}
}

/* "ROOT/PATH" with slashes; false if it is too long. */
static bool
make_path(const char *root, struct span path, char out[CHOICE_PATH])
{
	struct text t = text_init(out, CHOICE_PATH);

	text_str(&t, root);
	if (path.size && path.base[0] != '/' && path.base[0] != '\\')
		text_str(&t, "/");
	if (path.size >= CHOICE_PATH - t.len)
		return false;
	for (uint64_t i = 0; i < path.size; i++)
		out[t.len + i] = path.base[i] == '\\' ? '/' : (char)path.base[i];
	out[t.len + path.size] = '\0';
	return true;
}

/* A file of the entry, below the partition's root or, if it is not there, below `root`. */
static enum refusal_code
add_file(struct boot_choice *c, const char *root, struct span path, struct refusal *ret_why)
{
	struct choice_file *f = &c->file[c->files];
	enum refusal_code code;

	if (!make_path("", path, f->path)) {
		refuse(ret_why, REFUSAL_DISK_PATH, 0, path.size, CHOICE_PATH - 1);
		ret_why->detail = "more bytes than kshim has room for";
		return REFUSAL_DISK_PATH;
	}
	code = fs_find_file(&c->fs, text_span(f->path), &f->node, ret_why);
	if (code && *root && make_path(root, path, f->path))
		code = fs_find_file(&c->fs, text_span(f->path), &f->node, ret_why);
	if (code)
		ret_why->subject = f->path;
	c->files += !code;
	return code;
}

/* The partition with the file system that GRUB's script means. */
static bool
find_device(void *context, const struct boot_device *what, uint32_t *ret_partition)
{
	struct boot_choice *c = context;
	struct partition_cursor cursor = {0};
	struct refusal ignored;
	bool found = true;

	while (!partitions_next(&c->partitions, &cursor, &found, &c->other, &ignored) &&
	        found) {
		if (fs_open(&c->other.volume, &c->other_fs, &ignored) ||
		        !boot_device_is(what, &c->other_fs, &c->other))
			continue;
		*ret_partition = c->other.number;
		return true;
	}
	return false;
}

/* GRUB's menu, of the first file system that has one. */
static enum refusal_code
look_for_grub(struct boot_choice *c, struct refusal *why)
{
	struct boot_devices devices = {find_device, c};

	if (c->list.count)
		return REFUSAL_NONE;
	return boot_entries_grub(&c->list, &c->grub, &c->fs, &c->partition, &devices, why);
}

/* What is looked for on the partition whose file system is open. */
static enum refusal_code
look(struct boot_choice *c, const struct walk *w, struct refusal *why)
{
	if (w->look == LOOK_FALLBACK) {
		if (!c->files)
			add_file(c, "", text_span(FALLBACK), why);
		return REFUSAL_NONE;
	}
	if (w->look == LOOK_GRUB)
		return look_for_grub(c, why);
	if (!boot_entries_on(&c->fs, &c->partition))
		return REFUSAL_NONE;
	if (w->look == LOOK_ENTRIES)
		return boot_entries_add(&c->list, &c->fs, &c->partition, why);
	return boot_entries_guess(&c->list, &c->fs, &c->partition, why);
}

static const char *
name_of(const struct partition *p)
{
	return *p->name ? p->name : *p->type ? p->type : "the whole disk";
}

/*
 * Open every partition's file system in turn, and look; what cannot be read is told by the
 * first walk. Ends early, with its partition open, once a file was found.
 */
static enum refusal_code
walk(struct boot_choice *c, const struct walk *w, struct refusal *ret_why)
{
	struct partition_cursor cursor = {0};
	struct refusal why;
	bool found = true;

	while (!c->files) {
		enum refusal_code code = partitions_next(
		        &c->partitions, &cursor, &found, &c->partition, ret_why);

		if (code || !found)
			return code;
		if ((fs_open(&c->partition.volume, &c->fs, &why) || look(c, w, &why)) &&
		        (w->look == LOOK_ENTRIES || why.code == REFUSAL_GRUB_CFG))
			tell(w, name_of(&c->partition), &why);
	}
	return REFUSAL_NONE;
}

/* Go back to the partition of that number. */
static enum refusal_code
reopen(struct boot_choice *c, uint32_t number, struct refusal *ret_why)
{
	struct partition_cursor cursor = {0};
	bool found;

	do {
		enum refusal_code code = partitions_next(
		        &c->partitions, &cursor, &found, &c->partition, ret_why);

		if (code)
			return code;
	} while (found && c->partition.number != number);
	return fs_open(&c->partition.volume, &c->fs, ret_why);
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

/* The files and options of the entry. */
static enum refusal_code
load_entry(struct boot_choice *c, struct refusal *ret_why)
{
	const struct boot_entry *e = c->entry;
	const char *root =
	        span_is(e->path, 0, BELOW_BOOT, sizeof(BELOW_BOOT) - 1) ? "/boot" : "";
	enum refusal_code code = reopen(c, e->partition, ret_why);

	if (!code)
		code = add_file(
		        c, root, e->kind == BOOT_IMAGE ? e->path : e->entry.kernel, ret_why);
	for (uint32_t i = 0; !code && i < e->entry.initrds; i++)
		code = add_file(c, root, e->entry.initrd[i], ret_why);
	return code ? code : join_options(c, &e->entry, ret_why);
}

/* All entries; without any, GRUB's menu; without that, all kernels. */
static enum refusal_code
make_list(struct boot_choice *c, struct walk *w, struct refusal *ret_why)
{
	enum refusal_code code;

	boot_entries_start(&c->list, "x64");
	w->look = LOOK_ENTRIES;
	code = walk(c, w, ret_why);
	if (!code && !c->list.count) {
		w->look = LOOK_GRUB;
		code = walk(c, w, ret_why);
	}
	if (!code && !c->list.count) {
		w->look = LOOK_KERNELS;
		code = walk(c, w, ret_why);
	}
	boot_entries_sort(&c->list);
	tell_entries(w, &c->list);
	return code;
}

enum refusal_code
boot_choose(struct disk *disk, struct span wanted, choice_watcher *watcher, void *context,
        bool *ret_found, struct boot_choice *choice, struct refusal *ret_why)
{
	struct walk w = {watcher, context, LOOK_ENTRIES};
	enum refusal_code code = partitions_open(disk, &choice->partitions, ret_why);

	*ret_found = false;
	choice->files = 0;
	choice->line[0] = '\0';
	choice->entry = NULL;
	if (!code)
		code = make_list(choice, &w, ret_why);
	if (code)
		return code;
	choice->entry = boot_entries_choose(&choice->list, wanted);
	if (choice->entry) {
		*ret_found = true;
		return load_entry(choice, ret_why);
	}
	if (choice->list.count && wanted.size)
		return refuse(ret_why, REFUSAL_ENTRY_NONE, 0, choice->list.count, 0);
	if (choice->list.count) { /* all of them are damaged: why the first one is */
		*ret_why = choice->list.entry[0].why;
		return ret_why->code;
	}
	w.look = LOOK_FALLBACK;
	code = wanted.size ? REFUSAL_NONE : walk(choice, &w, ret_why);
	*ret_found = choice->files != 0;
	return code;
}

enum refusal_code
boot_choice_read(struct boot_choice *choice, uint32_t n, uint64_t off, void *to, uint64_t len,
        struct refusal *ret_why)
{
	return fs_read(&choice->fs, &choice->file[n].node, off, len, to, ret_why);
}
