/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists boot entries: folders are walked, texts read into the list's own room, unified kernel
 * images known by their headers and .osrel, without reading the rest.
 */
#include "boot_entries.h"

#include "stub/base/text.h"
#include "stub/input/cmdline.h"
#include "stub/input/pe.h"

#define HEADERS 4096u /* bytes of an image that are read for its section table */

/* What is listed, and into what. */
struct listing {
	struct boot_entries *list;
	struct file_system *fs;
	uint32_t partition;
	enum boot_kind kind;
	const char *folder;
};

void
boot_entries_start(struct boot_entries *list, const char *machine)
{
	list->machine = machine;
	list->count = list->left_out = list->used = 0;
	list->wanted = list->grub_default = (struct span){NULL, 0};
}

bool
boot_keep(struct boot_entries *list, struct span bytes)
{
	if (bytes.size > BOOT_TEXTS - list->used)
		return false;
	if (bytes.size)
		memcpy(list->text + list->used, bytes.base, (size_t)bytes.size);
	list->used += (uint32_t)bytes.size;
	return true;
}

struct span
boot_kept(const struct boot_entries *list, uint32_t start)
{
	return (struct span){(const uint8_t *)list->text + start, list->used - start};
}

/* FOLDER/NAME as a text that stays; false if there is no room. */
static bool
keep_path(
        struct boot_entries *list, const char *folder, struct span name, struct span *ret_path)
{
	uint32_t start = list->used;

	if (!boot_keep(list, text_span(folder)) || !boot_keep(list, text_span("/")) ||
	        !boot_keep(list, name))
		return false;
	*ret_path = boot_kept(list, start);
	return true;
}

/* Read part of a file into the list's texts. */
static enum refusal_code
keep_part(struct listing *l, const struct fs_node *node, uint64_t off, uint64_t len,
        struct span *ret_text, struct refusal *ret_why)
{
	struct boot_entries *list = l->list;
	char *to = list->text + list->used;
	enum refusal_code code;

	if (len > BOOT_TEXT || len > BOOT_TEXTS - list->used) {
		refuse(ret_why, REFUSAL_BLS_ENTRY, 0, len, BOOT_TEXT);
		ret_why->detail = "length";
		return REFUSAL_BLS_ENTRY;
	}
	if ((code = fs_read(l->fs, node, off, len, to, ret_why)))
		return code;
	list->used += (uint32_t)len;
	*ret_text = (struct span){(const uint8_t *)to, len};
	return REFUSAL_NONE;
}

static enum refusal_code
read_text_entry(struct listing *l, const struct fs_node *node, struct bls_entry *entry,
        struct refusal *ret_why)
{
	struct span text;
	enum refusal_code code = keep_part(l, node, 0, node->size, &text, ret_why);

	return code ? code : bls_entry_read(text, entry, ret_why);
}

static enum refusal_code
refuse_image(struct refusal *ret_why, const char *what)
{
	refuse(ret_why, REFUSAL_KERNEL_PE, 0, 0, 0);
	ret_why->detail = what;
	return REFUSAL_KERNEL_PE;
}

/* Find .osrel of an image that has a .linux; the headers lie in its first bytes. */
static enum refusal_code
find_osrel(struct span start, struct pe_section *ret_osrel, struct refusal *ret_why)
{
	struct image im = image_of(start);
	struct pe_headers headers;
	struct pe_section osrel = {.len = 0};
	bool found = false, has_linux = false;
	enum refusal_code code = pe_headers(&im, &found, &headers, ret_why);

	if (code)
		return code;
	if (!found)
		return refuse_image(ret_why, "it has no PE header");
	for (uint32_t i = 0; i < headers.sections; i++) {
		struct pe_section s = pe_section(&headers, i);

		if (pe_section_is(&s, ".linux"))
			has_linux = true;
		else if (pe_section_is(&s, ".osrel") && !osrel.len)
			osrel = s;
	}
	if (!has_linux)
		return refuse_image(ret_why, "it has no .linux section");
	*ret_osrel = osrel;
	return REFUSAL_NONE;
}

static enum refusal_code
read_image(struct listing *l, const struct fs_node *node, struct bls_entry *entry,
        struct refusal *ret_why)
{
	uint8_t start[HEADERS];
	uint64_t len = node->size < HEADERS ? node->size : HEADERS;
	struct pe_section osrel = {.len = 0};
	struct span text;
	enum refusal_code code;

	if ((code = fs_read(l->fs, node, 0, len, start, ret_why)) ||
	        (code = find_osrel((struct span){start, len}, &osrel, ret_why)) ||
	        (code = keep_part(l, node, osrel.off, osrel.len, &text, ret_why)))
		return code;
	bls_entry_of_os_release(text, entry);
	return REFUSAL_NONE;
}

/* Read what the entry's file says; false if it is not meant for us. */
static bool
read_entry(struct listing *l, struct fs_node node, struct boot_entry *e)
{
	struct bls_entry *entry = &e->entry;

	if (fs_stat(l->fs, &node, &e->why))
		return true;
	if (node.type != FS_FILE)
		return false;
	if (l->kind == BOOT_IMAGE) {
		read_image(l, &node, entry, &e->why);
		return true;
	}
	if (read_text_entry(l, &node, entry, &e->why))
		return true;
	if (entry->architecture.size &&
	        !bls_match(text_span(l->list->machine), entry->architecture))
		return false;
	return entry->kernel.size; /* else it would have to come by network */
}

/* Take one file of the folder into the list, if it has an entry's name. */
static void
add(struct listing *l, const struct fs_entry *file)
{
	struct boot_entries *list = l->list;
	struct boot_entry *e = &list->entry[list->count];
	struct span name = {(const uint8_t *)file->name, file->name_len}, path;
	uint64_t folder = text_span(l->folder).size + 1;
	uint32_t used = list->used;

	if (list->count == BOOT_ENTRIES || !keep_path(list, l->folder, name, &path)) {
		list->left_out++;
		return;
	}
	*e = (struct boot_entry){.kind = l->kind, .partition = l->partition, .path = path};
	span_sub(path, folder, path.size - folder, &name);
	if (bls_name(name, l->kind == BOOT_IMAGE ? ".efi" : ".conf", &e->entry) &&
	        read_entry(l, file->node, e))
		list->count++;
	else
		list->used = used;
}

/* All entries of a folder; one that is not there has none. */
static enum refusal_code
list_folder(struct listing *l, struct refusal *ret_why)
{
	struct fs_cursor cursor = {0};
	struct fs_entry entry;
	struct fs_node folder;
	bool found = true;
	enum refusal_code code = fs_find(l->fs, text_span(l->folder), &folder, ret_why);

	if (code == REFUSAL_DISK_NO_FILE || code == REFUSAL_DISK_PATH ||
	        (!code && folder.type != FS_DIRECTORY))
		return REFUSAL_NONE;
	while (!code && found) {
		code = fs_next(l->fs, &folder, &cursor, &found, &entry, ret_why);
		if (!code && found)
			add(l, &entry);
	}
	return code;
}

bool
boot_entries_on(const struct file_system *fs, const struct partition *part)
{
	return fs->kind != FS_FAT || part->number == 0 || partition_is_esp(part) ||
	       partition_is_xbootldr(part);
}

/* The default of loader.conf, unless an earlier file system has had one. */
static void
read_config(struct listing *l, const char *path)
{
	struct fs_node node;
	struct refusal why;
	struct span text;

	if (!l->list->wanted.size && !fs_find_file(l->fs, text_span(path), &node, &why) &&
	        !keep_part(l, &node, 0, node.size, &text, &why))
		l->list->wanted = bls_default(text);
}

enum refusal_code
boot_entries_add(struct boot_entries *list, struct file_system *fs,
        const struct partition *part, struct refusal *ret_why)
{
	static const struct {
		const char *folder;
		enum boot_kind kind;
		bool linux_only; /* a root file system with its own /boot */
	} places[] = {{"/loader/entries", BOOT_TEXT_ENTRY, false},
	        {"/EFI/Linux", BOOT_IMAGE, false},
	        {"/boot/loader/entries", BOOT_TEXT_ENTRY, true},
	        {"/boot/EFI/Linux", BOOT_IMAGE, true}};
	struct listing l = {.list = list, .fs = fs, .partition = part->number};
	enum refusal_code code = REFUSAL_NONE;

	read_config(&l, "/loader/loader.conf");
	for (unsigned i = 0; !code && i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i].linux_only && fs->kind == FS_FAT)
			continue;
		l.folder = places[i].folder;
		l.kind = places[i].kind;
		code = list_folder(&l, ret_why);
	}
	return code;
}

/* Is `a` behind `b` in the menu? GRUB's has its own order. */
static bool
is_behind(const struct boot_entry *a, const struct boot_entry *b)
{
	bool bad = a->why.code != REFUSAL_NONE, other = b->why.code != REFUSAL_NONE;

	if (bad != other)
		return bad;
	return a->kind != BOOT_GRUB && bls_compare(&a->entry, &b->entry) > 0;
}

/* By insertion: there are few, and equal ones keep their order. */
void
boot_entries_sort(struct boot_entries *list)
{
	for (uint32_t i = 1; i < list->count; i++) {
		for (uint32_t j = i; j && is_behind(&list->entry[j - 1], &list->entry[j]);
		        j--) {
			struct boot_entry e = list->entry[j];

			list->entry[j] = list->entry[j - 1];
			list->entry[j - 1] = e;
		}
	}
}

/* The first good or the first damaged entry that a glob matches; an empty one matches all. */
static struct boot_entry *
first(struct boot_entries *list, struct span glob, bool damaged)
{
	for (uint32_t i = 0; i < list->count; i++) {
		struct boot_entry *e = &list->entry[i];

		if ((e->why.code != REFUSAL_NONE) == damaged &&
		        (!glob.size || bls_is_default(&e->entry, glob)))
			return e;
	}
	return NULL;
}

/* The entry at the place that a number says. */
static struct boot_entry *
numbered(struct boot_entries *list, struct span number)
{
	uint64_t n = 0;

	if (cmdline_number(number, &n) != number.size || !n || n > list->count)
		return NULL;
	return &list->entry[n - 1];
}

/* What GRUB's default means, if that boots. */
static struct boot_entry *
first_of_grub(struct boot_entries *list)
{
	struct span chosen = list->grub_default;
	uint64_t n = 0;
	bool counts = cmdline_number(chosen, &n) == chosen.size;

	for (uint32_t i = 0; chosen.size && i < list->count; i++) {
		struct boot_entry *e = &list->entry[i];

		if (!e->why.code &&
		        (span_same(e->entry.id, chosen) || span_same(e->entry.title, chosen) ||
		                (counts && n == i)))
			return e;
	}
	return NULL;
}

struct boot_entry *
boot_entries_choose(struct boot_entries *list, struct span wanted)
{
	struct boot_entry *e;

	if (!wanted.size) {
		e = list->wanted.size ? first(list, list->wanted, false) : first_of_grub(list);
		return e ? e : first(list, wanted, false);
	}
	if (!(e = first(list, wanted, false)) && !(e = first(list, wanted, true)))
		e = numbered(list, wanted);
	return e;
}
