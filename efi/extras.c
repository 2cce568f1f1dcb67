/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the archives that userspace finds in /.extra: from our own sections, and from files
 * beside the image.
 *
 * systemd-stub(7), "Companion Files" and "Initrd Resources". Each kind of file is one archive,
 * measured as a whole and in this order; sections are measured as such, and .pcrsig must not
 * be, because it signs what was measured.
 */
#include "efi/extras.h"
#include "efi/addons.h"
#include "efi/kept_text.h"
#include "efi/say.h"
#include "efi/secure.h"
#include "efi/unpack.h"
#include "stub/input/newc_write.h"

#define PCR_CONFIG  12
#define PCR_SYSEXTS 13

/* A folder of the initrd. */
struct target {
	const char *path;
	uint32_t folder_mode, file_mode;
};

/* One kind of file, and where it lies. */
struct kind {
	const char *folder; /* NULL: the image's own */
	const char *suffix, *but;
	struct target target;
	enum extra_kind kind;
	const char *event;
};

static const struct kind kinds[] = {
        {NULL, ".cred", NULL, {".extra/credentials", 0500, 0400}, EXTRA_CREDENTIALS,
                "Credentials initrd"},
        {"\\loader\\credentials", ".cred", NULL, {".extra/global_credentials", 0500, 0400},
                EXTRA_CREDENTIALS, "Global credentials initrd"},
        {NULL, ".raw", ".confext.raw", {".extra/sysext", 0555, 0444}, EXTRA_SYSEXTS,
                "System extension initrd"},
        {"\\loader\\extensions", ".raw", ".confext.raw", {".extra/global_sysext", 0555, 0444},
                EXTRA_SYSEXTS, "Global system extension initrd"},
        {NULL, ".confext.raw", NULL, {".extra/confext", 0555, 0444}, EXTRA_CONFEXTS,
                "Configuration extension initrd"},
        {"\\loader\\extensions", ".confext.raw", NULL, {".extra/global_confext", 0555, 0444},
                EXTRA_CONFEXTS, "Global configuration extension initrd"},
};

/* Sections of ours that become files. */
static const struct {
	const char *section, *name;
} embedded[] = {
        {".pcrsig", "tpm2-pcr-signature.json"},
        {".pcrpkey", "tpm2-pcr-public-key.pem"},
        {".osrel", "os-release"},
        {".profile", "profile"},
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) + sizeof(embedded) / sizeof(embedded[0]) ==
                       EXTRA_ARCHIVES,
        "each is one archive");

/* What an archive is made of. */
struct content {
	struct extra_names names;
	struct file file[EXTRA_NAMES];
};

static struct content content;

static void
write_archive(struct newc *a, const struct target *target, const struct content *c)
{
	newc_folder(a, target->path, target->folder_mode);
	for (uint32_t i = 0; i < c->names.count; i++)
		newc_file(
		        a, target->path, c->names.name[i], target->file_mode, c->file[i].bytes);
	newc_end(a);
}

static enum refusal_code
add_archive(struct boot *b, const struct target *target, const struct content *c,
        struct extra extra, struct refusal *ret_why)
{
	struct newc a = {.base = NULL};
	uint64_t addr;

	write_archive(&a, target, c);
	if (pages_get(a.len, target->path, &addr, ret_why))
		return ret_why->code;
	a = (struct newc){.base = (uint8_t *)(uintptr_t)addr, .room = a.len};
	write_archive(&a, target, c);
	extra.file = (struct file){target->path, {a.base, a.len}};
	b->extras.archive[b->extras.archives++] = extra;
	return REFUSAL_NONE;
}

/* A listing that is going on. */
struct listing {
	const char *suffix, *but;
	struct extra_names *names;
	bool too_many;
};

static void
add_name(void *arg, const uint16_t *wide)
{
	struct listing *l = arg;
	struct extra_names *names = l->names;
	char name[EFI_EXTRA_NAME];

	if (!efi_extra_name(wide, FOLDER_NAME, l->suffix, l->but, name))
		return;
	if (names->count == EXTRA_NAMES)
		l->too_many = true;
	else
		memcpy(names->name[names->count++], name, sizeof(name));
}

enum refusal_code
extras_list(EFI_FILE_HANDLE root, const char *folder, const char *suffix, const char *but,
        struct extra_names *ret_names, struct refusal *ret_why)
{
	struct listing l = {suffix, but, ret_names, false};

	ret_names->count = 0;
	folder_files(root, folder, add_name, &l);
	if (l.too_many)
		return refuse_too_many(ret_why, suffix, EXTRA_NAMES + 1, EXTRA_NAMES);
	efi_extra_sort(ret_names->name, ret_names->count);
	return REFUSAL_NONE;
}

/* Read the files; those that cannot be read are said, and their names dropped. */
static void
read_files(EFI_FILE_HANDLE root, const char *folder, struct content *c)
{
	struct extra_names *names = &c->names;
	uint32_t found = names->count;

	names->count = 0;
	for (uint32_t i = 0; i < found; i++) {
		char *path = text_keep(text_span(folder), "\\", text_span(names->name[i]));
		struct refusal why = {.code = REFUSAL_NONE};

		memmove(names->name[names->count], names->name[i], EFI_EXTRA_NAME);
		if (!path)
			refuse(&why, REFUSAL_CMDLINE_BUFFER, 0, TEXT_KEEP_ROOM + 1,
			        TEXT_KEEP_ROOM);
		else
			(void)file_read_from(root, path, &c->file[names->count], &why);
		if (why.code)
			say_refusal(&why);
		else
			names->count++;
	}
}

static void
free_files(struct content *c)
{
	for (uint32_t i = 0; i < c->names.count; i++)
		pages_free((uintptr_t)c->file[i].bytes.base);
}

/* All files of one kind become one archive; none, if there are none. */
static enum refusal_code
add_kind(struct boot *b, EFI_FILE_HANDLE root, const struct kind *kind, struct refusal *ret_why)
{
	char own[FILE_PATH];
	const char *folder = kind->folder;
	enum refusal_code code;

	if (!folder && !efi_extra_folder(b->self, own, sizeof(own)))
		return REFUSAL_NONE;
	if (!folder)
		folder = own;
	code = extras_list(root, folder, kind->suffix, kind->but, &content.names, ret_why);
	if (code || !content.names.count)
		return code;
	read_files(root, folder, &content);
	code = add_archive(b, &kind->target, &content,
	        (struct extra){.kind = kind->kind,
	                .event = kind->event,
	                .pcr = kind->kind == EXTRA_SYSEXTS ? PCR_SYSEXTS : PCR_CONFIG},
	        ret_why);
	free_files(&content);
	return code;
}

static enum refusal_code
add_embedded(struct boot *b, struct refusal *ret_why)
{
	static const struct target target = {".extra", 0555, 0444};
	enum refusal_code code = REFUSAL_NONE;

	content.names.count = 1;
	for (unsigned i = 0; !code && i < sizeof(embedded) / sizeof(embedded[0]); i++) {
		struct span name = text_span(embedded[i].name);

		if (!unpack_own_section(b, embedded[i].section, &content.file[0].bytes))
			continue;
		memcpy(content.names.name[0], name.base, name.size + 1);
		code = add_archive(
		        b, &target, &content, (struct extra){.event = NULL}, ret_why);
	}
	return code;
}

static enum refusal_code
add_kinds(struct boot *b, struct refusal *ret_why)
{
	struct volume volume;
	enum refusal_code code = REFUSAL_NONE;

	if (!volume_open(fw.self->DeviceHandle, &volume))
		return REFUSAL_NONE;
	for (unsigned i = 0; !code && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		code = add_kind(b, volume.root, &kinds[i], ret_why);
	volumes_close(&volume, 1);
	return code;
}

enum refusal_code
extras_find(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code;

	if (!secure_is_own(b->kernel.bytes))
		return REFUSAL_NONE;
	code = addons_find(b, ret_why);
	if (!code)
		code = add_kinds(b, ret_why);
	if (!code)
		code = add_embedded(b, ret_why);
	addons_smbios(b);
	return code;
}

enum refusal_code
extras_join_line(struct boot *b, struct refusal *ret_why)
{
	const struct cmdline *more[] = {&b->extras.addon_line, &b->extras.smbios_line};
	enum refusal_code code = REFUSAL_NONE;

	for (unsigned i = 0; !code && i < sizeof(more) / sizeof(more[0]); i++) {
		if (more[i]->len)
			code = cmdline_append(
			        &b->request.cmdline, text_span(more[i]->text), ret_why);
	}
	if (code)
		ret_why->subject = "command line";
	return code;
}
