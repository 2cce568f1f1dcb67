/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chooses a boot entry and reads the files that it names.
 *
 * Looked at are the volume that kshim.efi came from and XBOOTLDR partitions, or, if it did not
 * come from a disk, all volumes. Chosen is the first that kshim.entry= matches; without that
 * word the one that an EFI variable names, else the first that the default in loader.conf
 * matches, else the first of the order. Boot counting is done as the specification says: the
 * file is renamed before the boot.
 */
#include "efi/entries.h"
#include "efi/entry_files.h"
#include "efi/entry_variables.h"
#include "efi/initrds.h"
#include "efi/kept_text.h"
#include "efi/unpack.h"
#include "stub/input/utf.h"

/* Type in EFI_PARTITION_INFO: what kind of table the partition is from. */
#define IN_MBR 1
#define IN_GPT 2

#define MBR_XBOOTLDR 0xea /* of the Boot Loader Specification */

/* The partition's type by EFI_PARTITION_INFO (UEFI 2.10, 13.18): an XBOOTLDR? */
static bool
is_xbootldr(EFI_HANDLE handle)
{
	static const EFI_GUID xbootldr = {
	        0xbc13c2ff, 0x59e6, 0x4262, {0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72}};
	EFI_GUID guid = {
	        0x8cf2f62c, 0xbc9b, 0x4821, {0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0}};
	const uint8_t *info = protocol_of(handle, &guid);

	/* Revision, Type, System, 7 reserved bytes, then the partition's entry or record. */
	return info &&
	       ((info[4] == IN_GPT && guid_equal((const EFI_GUID *)(info + 16), &xbootldr)) ||
	               (info[4] == IN_MBR && info[16 + 4] == MBR_XBOOTLDR));
}

/* Did we come from a disk's partition, rather than from what QEMU or a network handed over? */
static bool
from_disk(void)
{
	EFI_GUID guid = BLOCK_IO_PROTOCOL;

	return fw.self->DeviceHandle && protocol_of(fw.self->DeviceHandle, &guid);
}

/* loader.conf of the first volume that has one; empty if none has. */
static struct file
read_config(const struct volume *volume, unsigned count)
{
	struct file file = {.name = EFI_LOADER_CONFIG};
	struct refusal why;

	for (unsigned i = 0; i < count; i++) {
		if (!file_read_from(&volume[i], EFI_LOADER_CONFIG, &file, &why))
			break;
	}
	return file;
}

/* Say which entries there are, because none is the one that is wanted. */
static enum refusal_code
refuse_no_entry(const struct efi_entries *list, struct refusal *why)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const char *path = entry_path(&list->entry[i]);

		say(path ? path : list->entry[i].name);
	}
	return refuse(why, REFUSAL_ENTRY_NONE, 0, list->count, 0);
}

/* What names the entry: with kshim.entry= LoaderEntryOneShot stays, and no variable chooses. */
struct wished {
	struct efi_entry_wishes wishes;
	char once[EFI_ENTRY_NAME], while_good[EFI_ENTRY_NAME], always[EFI_ENTRY_NAME];
	char last[EFI_ENTRY_NAME];
};

static void
read_wishes(struct boot *b, struct wished *w)
{
	const struct cmdline words = {.text = b->options.words,
	        .size = sizeof(b->options.words),
	        .len = text_span(b->options.words).size};

	*w = (struct wished){.wishes.config = bls_default(b->config[0].bytes)};
	w->wishes.has_word = cmdline_value(&words, "kshim.entry=", &w->wishes.word);
	if (!w->wishes.has_word && entry_variables_once(w->once))
		w->wishes.once = text_span(w->once);
	if (entry_variables_preferred(w->while_good))
		w->wishes.while_good = text_span(w->while_good);
	if (entry_variables_default(w->always))
		w->wishes.always = text_span(w->always);
	if (entry_variables_last(w->last))
		w->wishes.last = text_span(w->last);
}

/* By kshim.entry=, which must match; else by the variables, by loader.conf, or the first. */
static enum refusal_code
choose(struct boot *b, const struct efi_entries *list, const struct efi_entry **ret_best,
        struct refusal *ret_why)
{
	static struct wished w;
	struct efi_entry_choice c;

	read_wishes(b, &w);
	c = efi_entry_choose(list, &w.wishes);
	if (c.gone)
		say("the boot entry that an EFI variable names is not there");
	if (!c.entry)
		return refuse_no_entry(list, ret_why);
	if (!c.once && efi_entry_is_saved(&w.wishes))
		entry_variables_remember(c.entry);
	*ret_best = c.entry;
	return REFUSAL_NONE;
}

/* The path under its new name, told to userspace; NULL if there is no room for it. */
static const char *
tell_counted(const struct efi_entry *c, const char *name)
{
	const char *path = text_keep(text_span(c->folder->path), "\\", text_span(name));

	if (path)
		entry_variables_counted(path);
	return path;
}

/*
 * One try less: NAME+LEFT[-DONE].SUFFIX is renamed. A volume that cannot be written is left.
 * Returns the new path, or NULL.
 */
static const char *
count_boot(const struct efi_entry *c, const struct volume *volume)
{
	static uint8_t buf[sizeof(EFI_FILE_INFO) + 2 * EFI_ENTRY_NAME]
	        __attribute__((aligned(8)));
	EFI_FILE_INFO *info = (EFI_FILE_INFO *)buf;
	char name[EFI_ENTRY_NAME + BLS_TAIL];
	static uint16_t native[FILE_PATH];
	EFI_GUID guid = EFI_FILE_INFO_ID;
	size_t n = c->entry.id.size;
	UINTN len = sizeof(buf);
	const char *path = entry_path(c), *renamed = NULL;
	EFI_FILE_HANDLE f;

	if (!c->entry.counted || !c->entry.left || !path)
		return NULL;
	memcpy(name, c->entry.id.base, n);
	bls_count_down(text_span(c->name), &c->entry, false, name + n);
	if (!utf16_from_8(path, native, FILE_PATH) ||
	        volume->root->Open(volume->root, &f, native,
	                EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0) != EFI_SUCCESS)
		return NULL;
	if (f->GetInfo(f, &guid, &len, buf) == EFI_SUCCESS &&
	        utf16_from_8(name, info->FileName, EFI_ENTRY_NAME)) {
		info->Size = sizeof(buf);
		if (f->SetInfo(f, &guid, sizeof(buf), buf) == EFI_SUCCESS)
			renamed = tell_counted(c, name);
	}
	f->Close(f);
	return renamed;
}

static enum refusal_code
no_text_room(struct refusal *why)
{
	refuse(why, REFUSAL_CMDLINE_BUFFER, 0, TEXT_KEEP_ROOM + 1, TEXT_KEEP_ROOM);
	why->subject = "boot entries";
	return why->code;
}

static enum refusal_code
read_from(const struct volume *v, struct span path, struct file *ret_file,
        struct refusal *ret_why)
{
	char *text = text_keep(path, "", (struct span){NULL, 0});

	if (!text)
		return no_text_room(ret_why);
	return file_read_from(v, text, ret_file, ret_why);
}

static enum refusal_code
load(struct boot *b, const struct efi_entry *c, const struct volume *volume,
        struct refusal *ret_why)
{
	const struct bls_entry *e = &c->entry;
	struct span kernel = e->kernel;
	const char *renamed;
	enum refusal_code code;

	b->from = entry_path(c);
	if (!b->from)
		return no_text_room(ret_why);
	b->entry = e;
	b->config[1] = (struct file){.name = b->from, .bytes = c->text};
	if (e->extra.size)
		entry_say(c, "its extra lines are passed over");
	if (!kernel.size) /* type 2 */
		kernel = text_span(b->from);
	if (e->has_profile && !b->has_profile) { /* the load options come first */
		b->profile = e->profile;
		b->has_profile = true;
	}
	code = read_from(volume, kernel, &b->kernel, ret_why);
	if (!code)
		code = unpack_kernel(b, ret_why);
	for (uint32_t i = 0; !code && i < e->initrds; i++) {
		struct file file = {.name = NULL};

		code = read_from(volume, e->initrd[i], &file, ret_why);
		if (!code)
			code = initrds_add(b, file, ret_why);
	}
	if (code)
		return code;
	renamed = count_boot(c, volume);
	if (!e->kernel.size)
		b->renamed = renamed;
	return REFUSAL_NONE;
}

static enum refusal_code
look_on(struct boot *b, struct efi_entries *list, const struct volume *volume, unsigned count,
        struct refusal *ret_why)
{
	bool disk = from_disk();
	const struct efi_entry *best = NULL;
	enum refusal_code code;

	list->count = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!disk || volume[i].handle == fw.self->DeviceHandle ||
		        is_xbootldr(volume[i].handle))
			entry_files_list(&volume[i], i, list);
	}
	b->config[0] = read_config(volume, count);
	code = list->count ? choose(b, list, &best, ret_why) : REFUSAL_NONE;
	if (code || !best)
		return code;
	entry_variables_tell(list, best);
	return load(b, best, &volume[best->volume], ret_why);
}

enum refusal_code
entries_find(struct boot *b, bool *ret_found, struct refusal *ret_why)
{
	struct volume volume[VOLUMES];
	struct efi_entries *list;
	uint64_t room;
	unsigned count;
	enum refusal_code code =
	        pages_get(sizeof(*list), "the list of boot entries", &room, ret_why);

	*ret_found = false;
	if (code)
		return code;
	list = (struct efi_entries *)(uintptr_t)room;
	volumes_connect();
	count = volumes_open(volume);
	code = look_on(b, list, volume, count, ret_why);
	volumes_close(volume, count);
	*ret_found = list->count != 0;
	return code;
}
