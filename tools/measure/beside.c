/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads folders as efi/extras.c and efi/addons.c do; which files, and in which order, says
 * stub/input/efi_extra.h. Differs from them in one thing: a file that cannot be read ends it.
 */
#include "tools/measure/beside.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd.h"

/* A search that is going on. */
struct search {
	struct media *media;
	const struct beside_place *where;
	struct span uname;
	struct beside *found;
};

/* A folder on a volume; false if there is none to look at. */
struct place {
	uint32_t volume;
	char folder[PATH_MAX];
};

static bool
find_folder(const struct search *s, const char *folder, struct place *ret_place)
{
	ret_place->volume = folder ? s->where->root : s->where->own;
	if (!folder)
		return efi_extra_folder(s->where->self, ret_place->folder, PATH_MAX);
	return s->where->root != MEDIA_HOST &&
	       snprintf(ret_place->folder, PATH_MAX, "%s", folder) < PATH_MAX;
}

/* A folder's names of one kind. */
struct listing {
	const char *suffix, *but;
	struct efi_extra_names *names;
	bool too_many;
};

/* A name as a directory of FAT has it. */
static void
add_name(void *arg, const char *name)
{
	struct listing *l = arg;
	struct efi_extra_names *names = l->names;
	uint16_t wide[EFI_EXTRA_NAME];
	size_t len = strlen(name);
	char wanted[EFI_EXTRA_NAME];

	for (size_t i = 0; len < EFI_EXTRA_NAME && i <= len; i++)
		wide[i] = (uint8_t)name[i];
	if (len >= EFI_EXTRA_NAME ||
	        !efi_extra_name(wide, EFI_EXTRA_NAME, l->suffix, l->but, wanted))
		return;
	l->too_many = names->count == EFI_EXTRA_NAMES;
	if (!l->too_many)
		memcpy(names->name[names->count++], wanted, sizeof(wanted));
}

static int
list(const struct search *s, const struct place *p, struct listing *l)
{
	int status;

	l->names->count = 0;
	status = media_list(s->media, p->volume, p->folder, add_name, l);
	if (l->too_many)
		return fail(STATUS_REFUSED, "%s: more than %d files *%s", p->folder,
		        EFI_EXTRA_NAMES, l->suffix);
	efi_extra_sort(l->names->name, l->names->count);
	return status;
}

/* A file that was listed; NULL, and a status, if it cannot be read. */
static const struct file *
read_one(const struct search *s, const struct place *p, const char *name, int *ret_status)
{
	char path[PATH_MAX];
	const struct file *file = NULL;

	if (snprintf(path, PATH_MAX, "%s/%s", p->folder, name) >= PATH_MAX)
		*ret_status = fail(STATUS_REFUSED, "%s: the path is too long", name);
	else
		*ret_status = media_read(s->media, p->volume, path, &file);
	if (*ret_status == STATUS_OK && !file)
		*ret_status = fail(STATUS_HOST, "%s: it is gone while it is read", path);
	return file;
}

/* All files of one kind become one archive; none, if there are none. */
static int
add_kind(const struct search *s, const struct efi_extra_files *kind, const struct place *p)
{
	static struct efi_extra_names names;
	struct listing l = {kind->suffix, kind->but, &names, false};
	struct span content[EFI_EXTRA_NAMES];
	struct newc a = {.base = NULL};
	struct beside *b = s->found;
	uint32_t n = b->extras.archives;
	int status = list(s, p, &l);

	for (uint32_t i = 0; status == STATUS_OK && i < names.count; i++) {
		const struct file *file = read_one(s, p, names.name[i], &status);

		if (file)
			content[i] = file_span(file);
	}
	if (status != STATUS_OK || !names.count)
		return status;
	efi_extra_write(&a, &kind->target, &names, content);
	a = (struct newc){.base = malloc(a.len), .room = a.len};
	if (!a.base)
		no_memory();
	efi_extra_write(&a, &kind->target, &names, content);
	b->archive[n] = a.base;
	b->extras.archive[n] = (struct extra){kind->kind, kind->target.path,
	        {MEASURED_ARCHIVE, kind->pcr, 0, kind->event, {a.base, a.len}}};
	b->extras.archives++;
	return STATUS_OK;
}

static int
add_piece(struct span s, uint32_t tag, const char *name, struct extra pieces[EFI_EXTRA_ADDONS],
        uint32_t *count)
{
	if (!s.size)
		return STATUS_OK;
	if (*count == EFI_EXTRA_ADDONS)
		return fail(STATUS_REFUSED, "%s: more than %d addons", name, EFI_EXTRA_ADDONS);
	pieces[(*count)++] = (struct extra){
	        EXTRA_ADDON, name, {MEASURED_ADDON, MEASURE_PCR_LINE, tag, name, s}};
	return STATUS_OK;
}

/* An addon that kshim.efi leaves out is said, and left out here too. */
static int
add_addon(const struct search *s, const struct file *file)
{
	struct beside *b = s->found;
	const char *name = media_file_name(file->path);
	struct extras *e = &b->extras;
	struct efi_addon has;
	struct refusal why;
	const char *wrong = efi_addon_read(file_span(file), false, s->uname, &b->room, &has);
	int status;

	b->addon[b->addons++] = file;
	if (wrong) {
		fprintf(stderr, "kshim: %s: it is not added: %s\n", file->path, wrong);
		return STATUS_OK;
	}
	if (has.cmdline.size && cmdline_append_section(&b->addon_line, has.cmdline, &why))
		return fail_refusal(file->path, why);
	status = add_piece(has.initrd, MEASURE_TAG_INITRD, name, e->initrd, &e->initrds);
	if (status == STATUS_OK)
		status = add_piece(has.ucode, MEASURE_TAG_UCODE, name, e->ucode, &e->ucodes);
	return status;
}

static int
add_addons(const struct search *s, const struct place *p)
{
	static struct efi_extra_names names;
	struct listing l = {EFI_ADDON_SUFFIX, NULL, &names, false};
	int status = list(s, p, &l);

	for (uint32_t i = 0; status == STATUS_OK && i < names.count; i++) {
		const struct file *file = read_one(s, p, names.name[i], &status);

		if (file)
			status = add_addon(s, file);
	}
	return status;
}

int
beside_find(struct media *m, const struct beside_place *where, struct span uname,
        struct beside *ret_beside)
{
	struct search s = {m, where, uname, ret_beside};
	struct place p;
	int status = STATUS_OK;

	ret_beside->addon_line =
	        cmdline_init(ret_beside->addon_text, sizeof(ret_beside->addon_text));
	for (unsigned i = 0; status == STATUS_OK && i < EFI_ADDON_FOLDERS; i++) {
		if (find_folder(&s, efi_addon_folder(i), &p))
			status = add_addons(&s, &p);
	}
	for (unsigned i = 0; status == STATUS_OK && i < EFI_EXTRA_FILES; i++) {
		if (find_folder(&s, efi_extra_files(i)->folder, &p))
			status = add_kind(&s, efi_extra_files(i), &p);
	}
	return status;
}

void
beside_free(struct beside *b)
{
	for (uint32_t i = 0; i < b->extras.archives; i++)
		free(b->archive[i]);
}
