/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot Loader Specification entries on volumes: found, sorted, one chosen, its files read.
 *
 * UAPI Group Specifications: type 1 (\loader\entries), type 2 (\EFI\Linux). Looked at are the
 * volume that we came from and XBOOTLDR partitions, or, if we did not come from a disk, all
 * volumes. Chosen is the first that the default in loader.conf matches, else the first of the
 * order. Boot counting is done as the specification says: the file is renamed before the boot.
 */
#include "efi/entries.h"
#include "efi/utf.h"
#include "stub/input/bls.h"

#define ENTRIES    128
#define FOLDER1    "\\loader\\entries"
#define FOLDER2    "\\EFI\\Linux"
#define CONFIG     "\\loader\\loader.conf"
#define NAME_ROOM  256
#define TEXT_ROOM  262144
#define TEXT_SPARE 32768 /* for the options of the one that is chosen */

/* One candidate. Its texts lie in pages or in `name`. */
struct candidate {
	struct bls_entry entry;
	const struct volume *volume;
	const char *folder;
	char name[NAME_ROOM]; /* of the file, in the folder */
};

static struct candidate *candidate;
static uint32_t candidates;
static char texts[TEXT_ROOM]; /* paths, in use until the boot */
static size_t texts_used;

static struct span
span_of(const char *s)
{
	struct span r = {(const uint8_t *)s, 0};

	while (s[r.size])
		r.size++;
	return r;
}

/* Join parts to a NUL-terminated text that stays; NULL if there is no room. */
static char *
join(struct span a, const char *between, struct span b)
{
	struct span middle = span_of(between);
	char *out = texts + texts_used;

	if (a.size + middle.size + b.size >= sizeof(texts) - texts_used)
		return NULL;
	memcpy(out, a.base, a.size);
	memcpy(out + a.size, middle.base, middle.size);
	memcpy(out + a.size + middle.size, b.base, b.size);
	texts_used += a.size + middle.size + b.size;
	texts[texts_used++] = 0;
	return out;
}

static char *
path_of(const struct candidate *c)
{
	return join(span_of(c->folder), "\\", span_of(c->name));
}

/* Read what the entry's file says; one that is damaged is left out, but said. */
static bool
read_type1(struct candidate *c, struct refusal *why)
{
	struct file file;
	char *path = path_of(c);

	if (!path || file_read_from(c->volume->root, path, &file, why) ||
	        bls_entry_read(file.bytes, &c->entry, why))
		return false;
	if (c->entry.architecture.size && !bls_match(span_of("x64"), c->entry.architecture))
		return false;
	return c->entry.kernel.size; /* else it would have to come by network */
}

/* The value of one of two keys, in a copy that stays: the image itself may be large. */
static bool
keep_value(struct span osrel, const char *key, const char *otherwise, struct span *ret)
{
	struct span value = bls_os_release(osrel, key);
	char *copy;

	if (!value.size && otherwise)
		value = bls_os_release(osrel, otherwise);
	copy = join(value, "", (struct span){NULL, 0});
	if (!copy)
		return false;
	*ret = (struct span){(const uint8_t *)copy, value.size};
	return true;
}

static bool
read_osrel(struct candidate *c, struct span text)
{
	return keep_value(text, "IMAGE_ID", "ID", &c->entry.sort_key) &&
	       keep_value(text, "IMAGE_VERSION", "VERSION_ID", &c->entry.version) &&
	       keep_value(text, "PRETTY_NAME", NULL, &c->entry.title);
}

/* A unified kernel image says who it is in .osrel; without .linux it is none. */
static bool
read_type2(struct candidate *c, struct refusal *why)
{
	static struct pe pe;
	const struct pe_section *osrel;
	struct file file;
	struct span text;
	char *path = path_of(c);
	bool found;

	if (!path || file_read_from(c->volume->root, path, &file, why))
		return false;
	found = !pe_read(file.bytes, &found, &pe, why) && found && pe_find(&pe, ".linux");
	osrel = found ? pe_find(&pe, ".osrel") : NULL;
	found = osrel && span_sub(file.bytes, osrel->off, osrel->len, &text) &&
	        read_osrel(c, text);
	pages_free((uintptr_t)file.bytes.base);
	return found;
}

static void
add_candidate(const struct volume *v, const char *folder, const uint16_t *name, bool type2)
{
	struct candidate *c = &candidate[candidates];
	struct refusal why = {.code = REFUSAL_NONE};

	if (!utf8_from_16(name, NAME_ROOM, c->name, NAME_ROOM))
		return;
	if (!bls_name(span_of(c->name), type2 ? ".efi" : ".conf", &c->entry))
		return;
	if (candidates == ENTRIES || sizeof(texts) - texts_used < TEXT_SPARE) {
		say("more boot entries than there is room for: this one is left out");
		say(c->name);
		return;
	}
	c->volume = v;
	c->folder = folder;
	if (type2 ? read_type2(c, &why) : read_type1(c, &why)) {
		candidates++;
	} else if (why.code) {
		why.subject = path_of(c);
		say_refusal(&why);
	}
}

static void
list_folder(const struct volume *v, const char *folder, bool type2)
{
	static uint8_t buf[sizeof(EFI_FILE_INFO) + 2 * NAME_ROOM] __attribute__((aligned(8)));
	EFI_FILE_INFO *info = (EFI_FILE_INFO *)buf;
	static uint16_t native[64];
	EFI_FILE_HANDLE dir;

	if (!utf16_from_8(folder, native, 64) ||
	        v->root->Open(v->root, &dir, native, EFI_FILE_MODE_READ, 0) != EFI_SUCCESS)
		return;
	for (;;) {
		UINTN len = sizeof(buf);

		if (dir->Read(dir, &len, buf) != EFI_SUCCESS || !len)
			break;
		if (!(info->Attribute & EFI_FILE_DIRECTORY))
			add_candidate(v, folder, info->FileName, type2);
	}
	dir->Close(dir);
}

/* The partition's type by EFI_PARTITION_INFO (UEFI 2.10, 13.18): an XBOOTLDR? */
static bool
is_xbootldr(EFI_HANDLE handle)
{
	static const EFI_GUID xbootldr = {
	        0xbc13c2ff, 0x59e6, 0x4262, {0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72}};
	EFI_GUID guid = {
	        0x8cf2f62c, 0xbc9b, 0x4821, {0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0}};
	const uint8_t *info = protocol_of(handle, &guid);

	/* Revision, Type (2: GPT), System, 7 reserved bytes, then the partition entry. */
	return info && info[4] == 2 && guid_equal((const EFI_GUID *)(info + 16), &xbootldr);
}

/* Did we come from a disk's partition, rather than from what QEMU or a network handed over? */
static bool
from_disk(void)
{
	EFI_GUID guid = BLOCK_IO_PROTOCOL;

	return fw.self->DeviceHandle && protocol_of(fw.self->DeviceHandle, &guid);
}

static struct span
read_default(const struct volume *volume, unsigned count)
{
	struct file file;
	struct refusal why;

	for (unsigned i = 0; i < count; i++) {
		if (!file_read_from(volume[i].root, CONFIG, &file, &why))
			return bls_default(file.bytes);
	}
	return (struct span){NULL, 0};
}

/* The id as the default's glob sees it: with the suffix. */
static bool
is_default(struct span glob, const struct candidate *c)
{
	const char *suffix = c->entry.kernel.size ? ".conf" : ".efi";
	size_t used = texts_used;
	char *id = join(c->entry.id, "", span_of(suffix));
	bool match = id && bls_match(glob, span_of(id));

	texts_used = used;
	return match || bls_match(glob, c->entry.id);
}

static struct candidate *
choose(struct span glob)
{
	struct candidate *best = NULL;

	for (unsigned pass = 0; pass < 2 && !best; pass++) {
		for (uint32_t i = 0; i < candidates; i++) {
			struct candidate *c = &candidate[i];

			if (pass == 0 && (!glob.size || !is_default(glob, c)))
				continue;
			if (!best || bls_compare(&c->entry, &best->entry) < 0)
				best = c;
		}
	}
	return best;
}

/* Append v as decimal. */
static size_t
put_number(char *out, uint32_t v)
{
	char digits[10];
	size_t n = 0, len;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	len = n;
	while (n)
		*out++ = digits[--n];
	return len;
}

/* One try less: NAME+LEFT[-DONE].SUFFIX is renamed. A volume that cannot be written is left. */
static void
count_boot(const struct candidate *c)
{
	static uint8_t buf[sizeof(EFI_FILE_INFO) + 2 * NAME_ROOM] __attribute__((aligned(8)));
	EFI_FILE_INFO *info = (EFI_FILE_INFO *)buf;
	char name[NAME_ROOM + 32];
	static uint16_t native[FILE_PATH];
	EFI_GUID guid = EFI_FILE_INFO_ID;
	size_t n = c->entry.id.size, end = span_of(c->name).size;
	UINTN len = sizeof(buf);
	char *path = path_of(c);
	EFI_FILE_HANDLE f;

	if (!c->entry.counted || !c->entry.left || !path)
		return;
	memcpy(name, c->entry.id.base, n);
	name[n++] = '+';
	n += put_number(name + n, c->entry.left - 1);
	name[n++] = '-';
	n += put_number(name + n, c->entry.done + 1);
	while (c->name[--end] != '.')
		;
	memcpy(name + n, c->name + end, span_of(c->name + end).size + 1);
	if (!utf16_from_8(path, native, FILE_PATH) ||
	        c->volume->root->Open(c->volume->root, &f, native,
	                EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0) != EFI_SUCCESS)
		return;
	if (f->GetInfo(f, &guid, &len, buf) == EFI_SUCCESS &&
	        utf16_from_8(name, info->FileName, NAME_ROOM)) {
		info->Size = sizeof(buf);
		f->SetInfo(f, &guid, sizeof(buf), buf);
	}
	f->Close(f);
}

static enum refusal_code
no_text_room(struct refusal *why)
{
	refuse(why, REFUSAL_CMDLINE_BUFFER, 0, texts_used, sizeof(texts));
	why->subject = "boot entries";
	return why->code;
}

/* Join the options lines into one text that stays. */
static enum refusal_code
join_options(const struct bls_entry *e, struct span *ret_all, struct refusal *ret_why)
{
	struct span all = {NULL, 0};

	for (uint32_t i = 0; i < e->options; i++) {
		char *joined = join(all, i ? " " : "", e->option[i]);

		if (!joined)
			return no_text_room(ret_why);
		all = span_of(joined);
	}
	*ret_all = all;
	return REFUSAL_NONE;
}

static enum refusal_code
read_from(const struct volume *v, struct span path, struct file *ret_file,
        struct refusal *ret_why)
{
	char *text = join(path, "", (struct span){NULL, 0});

	if (!text)
		return no_text_room(ret_why);
	return file_read_from(v->root, text, ret_file, ret_why);
}

static enum refusal_code
load(struct boot *b, const struct candidate *c, struct refusal *ret_why)
{
	const struct bls_entry *e = &c->entry;
	struct span kernel = e->kernel;
	enum refusal_code code;

	b->from = path_of(c);
	if (!b->from)
		return no_text_room(ret_why);
	if (!kernel.size) /* type 2 */
		kernel = span_of(b->from);
	if (e->has_profile && !b->has_profile) { /* the load options come first */
		b->profile = e->profile;
		b->has_profile = true;
	}
	code = read_from(c->volume, kernel, &b->kernel, ret_why);
	if (!code)
		code = join_options(e, &b->entry_words, ret_why);
	if (!code)
		code = unpack_kernel(b, ret_why);
	for (uint32_t i = 0; !code && i < e->initrds; i++) {
		struct file file = {NULL, {NULL, 0}};

		code = read_from(c->volume, e->initrd[i], &file, ret_why);
		if (!code)
			code = sources_add_initrd(b, file, ret_why);
	}
	if (!code)
		count_boot(c);
	return code;
}

static enum refusal_code
look_on(struct boot *b, const struct volume *volume, unsigned count, bool *ret_found,
        struct refusal *ret_why)
{
	bool disk = from_disk();
	const struct candidate *best;

	candidates = 0;
	for (unsigned i = 0; i < count; i++) {
		if (disk && volume[i].handle != fw.self->DeviceHandle &&
		        !is_xbootldr(volume[i].handle))
			continue;
		list_folder(&volume[i], FOLDER1, false);
		list_folder(&volume[i], FOLDER2, true);
	}
	best = choose(read_default(volume, count));
	*ret_found = best != NULL;
	return best ? load(b, best, ret_why) : REFUSAL_NONE;
}

enum refusal_code
entries_find(struct boot *b, bool *ret_found, struct refusal *ret_why)
{
	struct volume volume[VOLUMES];
	uint64_t room;
	unsigned count;
	enum refusal_code code = pages_get(
	        (ENTRIES + 1) * sizeof(*candidate), "the list of boot entries", &room, ret_why);

	*ret_found = false;
	if (code)
		return code;
	candidate = (struct candidate *)(uintptr_t)room;
	volumes_connect();
	count = volumes_open(volume);
	code = look_on(b, volume, count, ret_found, ret_why);
	volumes_close(volume, count);
	return code;
}
