/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists a disk's entries by the readers of each kind, and finds the files that they name.
 */
#include "boot_list.h"

#include "stub/input/cmdline.h"

#define BELOW_BOOT "/boot/loader/"

void
boot_text(struct text *t, struct span name)
{
	for (uint64_t i = 0; i < name.size; i++) {
		bool control = name.base[i] < ' ' || name.base[i] == 0x7f;

		text_char(t, control ? '?' : (char)name.base[i]);
	}
}

void
boot_list_start(struct boot_list *list)
{
	list->volumes = 0;
	list->note = NULL;
	list->grub.cfg.saves = 0;
	boot_entries_start(&list->entries, "x64");
}

enum refusal_code
boot_list_open(struct boot_list *list, const struct partition *part, struct refusal *ret_why)
{
	struct boot_volume *v = &list->volume[list->volumes];
	enum refusal_code code;

	if (list->volumes == BOOT_VOLUMES)
		return refuse_too_many(
		        ret_why, "file systems", BOOT_VOLUMES + 1ull, BOOT_VOLUMES);
	code = fs_open(&part->volume, &v->fs, ret_why);
	if (code)
		return code;
	v->part = *part;
	list->volumes++;
	return REFUSAL_NONE;
}

/* The partition with the file system that GRUB's script means. */
static struct file_system *
find_device(void *context, const struct boot_device *what, uint32_t *ret_partition)
{
	struct boot_list *list = context;

	for (struct boot_volume *v = list->volume; v < list->volume + list->volumes; v++) {
		if (!boot_device_is(what, &v->fs, &v->part))
			continue;
		*ret_partition = v->part.number;
		return &v->fs;
	}
	return NULL;
}

enum refusal_code
boot_list_grub(struct boot_list *list, struct boot_volume *volume, struct boot_entries *entries,
        struct refusal *ret_why)
{
	struct boot_devices devices = {find_device, list};
	struct boot_grub_reader grub = {&list->grub, &volume->fs, &devices};

	return boot_entries_grub(entries, &grub, &volume->part, ret_why);
}

enum source { FROM_ENTRIES, FROM_GRUB, FROM_ESP, FROM_NAMES };

/* Boot entries, and what the GRUB of the same file system makes of them. */
static enum refusal_code
add_entries(struct boot_list *list, struct boot_volume *v, struct boot_grub_reader *grub,
        struct refusal *why)
{
	struct boot_entries *entries = &list->entries;
	uint32_t before = entries->count;
	enum refusal_code code = boot_entries_add(entries, &v->fs, &v->part, why);

	if (code || entries->count == before || v->fs.kind == FS_FAT)
		return code;
	return boot_entries_bls_grub(entries, grub, &v->part, why);
}

/* What one source has on a volume; of GRUB's menus the first one counts. */
static enum refusal_code
add(struct boot_list *list, struct boot_volume *v, enum source source, struct refusal *why)
{
	struct boot_devices devices = {find_device, list};
	struct boot_grub_reader grub = {&list->grub, &v->fs, &devices};
	struct boot_entries *entries = &list->entries;

	if (source == FROM_GRUB)
		return entries->count ? REFUSAL_NONE : boot_list_grub(list, v, entries, why);
	if (!boot_entries_on(&v->fs, &v->part))
		return REFUSAL_NONE;
	if (source == FROM_ESP)
		return entries->count || v->fs.kind != FS_FAT
		               ? REFUSAL_NONE
		               : boot_entries_grub_esp(entries, &grub, &v->part, why);
	return source == FROM_ENTRIES ? add_entries(list, v, &grub, why)
	                              : boot_entries_guess(entries, &v->fs, &v->part, why);
}

void
boot_list_make(struct boot_list *list, boot_list_watcher *watcher, void *context)
{
	struct refusal why;

	for (unsigned s = FROM_ENTRIES; s <= FROM_NAMES && !list->entries.count; s++) {
		for (uint32_t i = 0; i < list->volumes; i++) {
			struct boot_volume *v = &list->volume[i];

			if (add(list, v, (enum source)s, &why))
				watcher(context, v, &why);
		}
	}
	if (list->grub.cfg.saves)
		list->note =
		        "GRUB would change grubenv (next_entry, saved_entry), which kshim leaves: the next boot is the same";
	boot_entries_sort(&list->entries);
}

struct boot_volume *
boot_list_volume(struct boot_list *list, uint32_t number)
{
	for (uint32_t i = 0; i < list->volumes; i++) {
		if (list->volume[i].part.number == number)
			return &list->volume[i];
	}
	return NULL;
}

/* "ROOT/PATH" with slashes; false, and an empty path, if it is too long. */
static bool
make_path(const char *root, struct span path, char out[BOOT_PATH])
{
	struct text t = text_init(out, BOOT_PATH);

	text_str(&t, root);
	if (path.size && path.base[0] != '/' && path.base[0] != '\\')
		text_str(&t, "/");
	if (path.size >= BOOT_PATH - t.len) {
		out[0] = '\0';
		return false;
	}
	for (uint64_t i = 0; i < path.size; i++)
		out[t.len + i] = path.base[i] == '\\' ? '/' : (char)path.base[i];
	out[t.len + path.size] = '\0';
	return true;
}

static struct span
name_of(const struct boot_entry *e, uint32_t n)
{
	if (n)
		return e->entry.initrd[n - 1];
	return e->kind == BOOT_IMAGE ? e->path : e->entry.kernel;
}

/*
 * Below the partition's root or, for an entry in /boot/loader that a system without a partition
 * for /boot has, below /boot.
 */
enum refusal_code
boot_list_file(struct boot_list *list, const struct boot_entry *entry, uint32_t n,
        char path[BOOT_PATH], struct fs_node *ret_node, struct refusal *ret_why)
{
	struct boot_volume *v = boot_list_volume(list, entry->partition);
	struct span name = name_of(entry, n);
	struct refusal why;
	enum refusal_code code;

	if (!v)
		return refuse(ret_why, REFUSAL_DISK_NO_PARTITION, 0, entry->partition, 0);
	if (!make_path("", name, path)) {
		refuse(ret_why, REFUSAL_DISK_PATH, 0, name.size, BOOT_PATH - 1);
		ret_why->detail = "more bytes than kshim has room for";
		return REFUSAL_DISK_PATH;
	}
	code = fs_find_file(&v->fs, text_span(path), ret_node, &why);
	if (code && span_is(entry->path, 0, BELOW_BOOT, sizeof(BELOW_BOOT) - 1) &&
	        make_path("/boot", name, path))
		code = fs_find_file(&v->fs, text_span(path), ret_node, &why);
	if (code)
		*ret_why = why;
	return code;
}

static enum refusal_code
join_options(const struct bls_entry *e, char line[BOOT_LINE], struct refusal *ret_why)
{
	struct cmdline joined = cmdline_init(line, BOOT_LINE);
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < e->options; i++)
		code = cmdline_append(&joined, e->option[i], ret_why);
	return code;
}

/* A path that a refusal may name for as long as the list is there; NULL if there is no room. */
static const char *
keep_subject(struct boot_entries *list, const char *path)
{
	struct text kept = text_init(list->text + list->used, BOOT_TEXTS - list->used);

	boot_text(&kept, text_span(path));
	if (!kept.len || kept.len >= kept.size)
		return NULL;
	list->used += (uint32_t)kept.len + 1;
	return kept.buf;
}

static enum refusal_code
load(struct boot_list *list, const struct boot_entry *e, struct boot_load *to,
        struct refusal *ret_why)
{
	for (to->files = 0; to->files <= e->entry.initrds; to->files++) {
		struct boot_file *f = &to->file[to->files];
		enum refusal_code code =
		        boot_list_file(list, e, to->files, f->path, &f->node, ret_why);

		if (code) {
			ret_why->subject = keep_subject(&list->entries, f->path);
			return code;
		}
	}
	return join_options(&e->entry, to->line, ret_why);
}

struct boot_entry *
boot_list_choose(struct boot_list *list, struct span wanted, struct boot_load *to)
{
	struct boot_entry *e;

	do { /* ends, because each turn but the last leaves one good entry less */
		e = boot_entries_choose(&list->entries, wanted);
	} while (e && !e->why.code && load(list, e, to, &e->why));
	return e;
}

struct boot_volume *
boot_list_fallback(struct boot_list *list, struct fs_node *ret_node)
{
	struct refusal ignored;

	for (uint32_t i = 0; i < list->volumes; i++) {
		if (!fs_find_file(
		            &list->volume[i].fs, text_span(BOOT_FALLBACK), ret_node, &ignored))
			return &list->volume[i];
	}
	return NULL;
}
