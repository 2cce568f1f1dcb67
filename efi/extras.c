/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the archives that userspace finds in /.extra: from our own sections, and from files
 * beside the image.
 *
 * systemd-stub(7), "Companion Files" and "Initrd Resources". Each kind of file is one archive,
 * measured as a whole; which kinds there are, and in which order, says stub/input/efi_extra.h.
 */
#include "efi/extras.h"
#include "efi/addons.h"
#include "efi/console.h"
#include "efi/kept_text.h"
#include "efi/say.h"
#include "efi/secret.h"
#include "efi/secure.h"
#include "efi/unpack.h"

/* What an archive is made of. */
struct content {
	struct efi_extra_names names;
	struct span file[EFI_EXTRA_NAMES];
};

static struct content content;

static enum refusal_code
add_archive(struct boot *b, const struct efi_extra_target *target, const struct content *c,
        struct extra extra, struct refusal *ret_why)
{
	struct newc a = {.base = NULL};
	uint64_t addr;

	efi_extra_write(&a, target, &c->names, c->file);
	if (pages_get(a.len, target->path, &addr, ret_why))
		return ret_why->code;
	a = (struct newc){.base = (uint8_t *)(uintptr_t)addr, .room = a.len};
	efi_extra_write(&a, target, &c->names, c->file);
	extra.name = target->path;
	extra.event.bytes = (struct span){a.base, a.len};
	b->extras.archive[b->extras.archives++] = extra;
	return REFUSAL_NONE;
}

/* A listing that is going on. */
struct listing {
	const char *suffix, *but;
	struct efi_extra_names *names;
	bool too_many;
};

static void
add_name(void *arg, const uint16_t *wide)
{
	struct listing *l = arg;
	struct efi_extra_names *names = l->names;
	char name[EFI_EXTRA_NAME];

	if (!efi_extra_name(wide, FOLDER_NAME, l->suffix, l->but, name))
		return;
	if (names->count == EFI_EXTRA_NAMES)
		l->too_many = true;
	else
		memcpy(names->name[names->count++], name, sizeof(name));
}

enum refusal_code
extras_list(EFI_FILE_HANDLE root, const char *folder, const char *suffix, const char *but,
        struct efi_extra_names *ret_names, struct refusal *ret_why)
{
	struct listing l = {suffix, but, ret_names, false};

	ret_names->count = 0;
	folder_files(root, folder, add_name, &l);
	if (l.too_many)
		return refuse_too_many(ret_why, suffix, EFI_EXTRA_NAMES + 1, EFI_EXTRA_NAMES);
	efi_extra_sort(ret_names->name, ret_names->count);
	return REFUSAL_NONE;
}

/* Read the files; those that cannot be read are said, and their names dropped. */
static void
read_files(const struct volume *volume, const char *folder, struct content *c)
{
	struct efi_extra_names *names = &c->names;
	uint32_t found = names->count;

	names->count = 0;
	for (uint32_t i = 0; i < found; i++) {
		char *path = text_keep(text_span(folder), "\\", text_span(names->name[i]));
		struct refusal why = {.code = REFUSAL_NONE};
		struct file file;

		memmove(names->name[names->count], names->name[i], EFI_EXTRA_NAME);
		if (!path)
			refuse(&why, REFUSAL_CMDLINE_BUFFER, 0, TEXT_KEEP_ROOM + 1,
			        TEXT_KEEP_ROOM);
		else
			(void)file_read_from(volume, path, &file, &why);
		if (why.code)
			say_refusal(&why);
		else
			c->file[names->count++] = file.bytes;
	}
}

static void
free_files(struct content *c)
{
	for (uint32_t i = 0; i < c->names.count; i++)
		pages_free((uintptr_t)c->file[i].base);
}

/* All files of one kind become one archive; none, if there are none. */
static enum refusal_code
add_kind(struct boot *b, const struct volume *volume, const struct efi_extra_files *kind,
        struct refusal *ret_why)
{
	char own[FILE_PATH];
	const char *folder = kind->folder;
	enum refusal_code code;

	if (!folder && !efi_extra_folder(b->self, own, sizeof(own)))
		return REFUSAL_NONE;
	if (!folder)
		folder = own;
	code = extras_list(
	        volume->root, folder, kind->suffix, kind->but, &content.names, ret_why);
	if (code || !content.names.count)
		return code;
	read_files(volume, folder, &content);
	code = add_archive(b, &kind->target, &content,
	        (struct extra){.kind = kind->kind,
	                .event = {.what = MEASURED_ARCHIVE,
	                        .pcr = kind->pcr,
	                        .text = kind->event}},
	        ret_why);
	free_files(&content);
	return code;
}

static enum refusal_code
add_embedded(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	content.names.count = 1;
	for (unsigned i = 0; !code && i < EFI_EXTRA_SECTIONS; i++) {
		const struct efi_extra_section *from = efi_extra_section(i);
		struct span name = text_span(from->name);

		if (!unpack_own_section(b, from->section, &content.file[0]))
			continue;
		memcpy(content.names.name[0], name.base, name.size + 1);
		code = add_archive(b, &efi_extra_section_target, &content,
		        (struct extra){.kind = EXTRA_SECTION}, ret_why);
	}
	return code;
}

/* The boot secret; who has none, or cannot have one, does not miss it. */
static enum refusal_code
add_secret(struct boot *b, const struct volume *volume, struct refusal *ret_why)
{
	static uint8_t secret[EFI_SECRET_LEN];
	struct span os_release = {NULL, 0}, name = text_span(EFI_SECRET_NAME);
	enum refusal_code code;

	(void)unpack_own_section(b, ".osrel", &os_release);
	if (!secret_make(volume, os_release, secret))
		return REFUSAL_NONE;
	content.names.count = 1;
	content.file[0] = (struct span){secret, sizeof(secret)};
	memcpy(content.names.name[0], name.base, name.size + 1);
	code = add_archive(b, &efi_extra_secret_target, &content,
	        (struct extra){.kind = EXTRA_SECTION}, ret_why);
	memset(secret, 0, sizeof(secret));
	return code;
}

static enum refusal_code
add_kinds(struct boot *b, struct refusal *ret_why)
{
	struct volume volume;
	enum refusal_code code = REFUSAL_NONE;

	if (!volume_open(fw.self->DeviceHandle, &volume))
		return REFUSAL_NONE;
	for (unsigned i = 0; !code && i < EFI_EXTRA_FILES; i++)
		code = add_kind(b, &volume, efi_extra_files(i), ret_why);
	if (!code)
		code = add_secret(b, &volume, ret_why);
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

/* A word more, if the line then still fits its room and the kernel. */
static bool
add_word(struct boot *b, struct span word)
{
	struct cmdline *line = &b->request.cmdline;
	struct refusal why;

	return line->len + 1 + word.size <= plan_line_most(&b->facts) &&
	       !cmdline_append(line, word, &why);
}

/* Behind all else, where nothing else names a console. It is a help, so it refuses no boot. */
static void
join_console(struct boot *b)
{
	struct span value;
	const char *word, *line;
	bool added;

	if (!secure_is_own(b->kernel.bytes) ||
	        cmdline_value(&b->request.cmdline, "console=", &value))
		return;
	word = console_word();
	if (!word)
		return;
	added = add_word(b, text_span(word));
	line = text_keep(text_span(word), " ",
	        text_span(added ? "is added to the command line"
	                        : "is not added: the command line has no room for it"));
	if (line && (!added || !b->words.quiet))
		say(line);
}

enum refusal_code
extras_join_line(struct boot *b, struct refusal *ret_why)
{
	const struct cmdline *more[] = {&b->addon_line, &b->smbios_line};
	enum refusal_code code = REFUSAL_NONE;

	for (unsigned i = 0; !code && i < sizeof(more) / sizeof(more[0]); i++) {
		if (more[i]->len)
			code = cmdline_append(
			        &b->request.cmdline, text_span(more[i]->text), ret_why);
	}
	if (code)
		ret_why->subject = "command line";
	else
		join_console(b);
	return code;
}
