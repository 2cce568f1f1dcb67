/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads folders as efi/extras.c and efi/addons.c do; which files, and in which order, says
 * stub/input/efi_extra.h. Differs from them in one thing: a file that cannot be read ends it.
 */
#include "tools/measure/beside.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd.h"

/* The folder on this host; false if there is none to look at. */
static bool
folder_path(const char *image, const char *volume, const char *folder, char path[PATH_MAX])
{
	int len;

	if (!folder)
		return efi_extra_folder(image, path, PATH_MAX);
	if (!volume)
		return false;
	len = snprintf(path, PATH_MAX, "%s%s", volume, folder);
	for (char *c = path + strlen(volume); len < PATH_MAX && *c; c++)
		if (*c == '\\')
			*c = '/';
	return len < PATH_MAX;
}

/* A name as a directory of FAT has it. */
static bool
is_wanted(const char *name, const char *suffix, const char *but, char ret_name[EFI_EXTRA_NAME])
{
	uint16_t wide[EFI_EXTRA_NAME];
	size_t len = strlen(name);

	if (len >= EFI_EXTRA_NAME)
		return false;
	for (size_t i = 0; i <= len; i++)
		wide[i] = (uint8_t)name[i];
	return efi_extra_name(wide, EFI_EXTRA_NAME, suffix, but, ret_name);
}

static int
list(const char *path, const char *suffix, const char *but, struct efi_extra_names *names)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	char name[EFI_EXTRA_NAME];
	int status = STATUS_OK;

	names->count = 0;
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR
		               ? STATUS_OK
		               : fail(STATUS_HOST, "cannot read %s: %s", path, strerror(errno));
	while (status == STATUS_OK && (d = readdir(dir))) {
		if (!is_wanted(d->d_name, suffix, but, name))
			continue;
		if (names->count == EFI_EXTRA_NAMES)
			status = fail(STATUS_REFUSED, "%s: more than %d files *%s", path,
			        EFI_EXTRA_NAMES, suffix);
		else
			memcpy(names->name[names->count++], name, sizeof(name));
	}
	closedir(dir);
	efi_extra_sort(names->name, names->count);
	return status;
}

static int
read_one(struct beside *b, const char *folder, const char *name, struct span *ret_bytes)
{
	char *path = NULL;
	int status;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		no_memory();
	b->path[b->files] = path;
	status = file_read(path, &b->file[b->files]);
	if (status != STATUS_OK) {
		free(path);
		return status;
	}
	*ret_bytes = file_span(&b->file[b->files++]);
	return STATUS_OK;
}

/* All files of one kind become one archive; none, if there are none. */
static int
add_kind(struct beside *b, const struct efi_extra_files *kind, const char *folder)
{
	static struct efi_extra_names names;
	struct span file[EFI_EXTRA_NAMES];
	struct newc a = {.base = NULL};
	uint32_t n = b->extras.archives;
	int status = list(folder, kind->suffix, kind->but, &names);

	for (uint32_t i = 0; status == STATUS_OK && i < names.count; i++)
		status = read_one(b, folder, names.name[i], &file[i]);
	if (status != STATUS_OK || !names.count)
		return status;
	efi_extra_write(&a, &kind->target, &names, file);
	a = (struct newc){.base = malloc(a.len), .room = a.len};
	if (!a.base)
		no_memory();
	efi_extra_write(&a, &kind->target, &names, file);
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
add_addon(struct beside *b, struct span bytes, struct span uname)
{
	const char *path = b->path[b->files - 1], *name = strrchr(path, '/') + 1;
	struct extras *e = &b->extras;
	struct efi_addon has;
	struct refusal why;
	const char *wrong = efi_addon_read(bytes, false, uname, &b->room, &has);
	int status;

	if (wrong) {
		fprintf(stderr, "kshim: %s: it is not added: %s\n", path, wrong);
		return STATUS_OK;
	}
	if (has.cmdline.size && cmdline_append_section(&b->addon_line, has.cmdline, &why))
		return fail_refusal(path, why);
	status = add_piece(has.initrd, MEASURE_TAG_INITRD, name, e->initrd, &e->initrds);
	if (status == STATUS_OK)
		status = add_piece(has.ucode, MEASURE_TAG_UCODE, name, e->ucode, &e->ucodes);
	return status;
}

static int
add_addons(struct beside *b, const char *folder, struct span uname)
{
	static struct efi_extra_names names;
	struct span bytes;
	int status = list(folder, EFI_ADDON_SUFFIX, NULL, &names);

	for (uint32_t i = 0; status == STATUS_OK && i < names.count; i++) {
		status = read_one(b, folder, names.name[i], &bytes);
		if (status == STATUS_OK)
			status = add_addon(b, bytes, uname);
	}
	return status;
}

int
beside_find(const char *image, const char *volume, struct span uname, struct beside *ret_beside)
{
	struct beside *b = ret_beside;
	char path[PATH_MAX];
	int status = STATUS_OK;

	b->addon_line = cmdline_init(b->addon_text, sizeof(b->addon_text));
	for (unsigned i = 0; status == STATUS_OK && i < EFI_ADDON_FOLDERS; i++) {
		if (folder_path(image, volume, efi_addon_folder(i), path))
			status = add_addons(b, path, uname);
	}
	b->addons = b->files;
	for (unsigned i = 0; status == STATUS_OK && i < EFI_EXTRA_FILES; i++) {
		if (folder_path(image, volume, efi_extra_files(i)->folder, path))
			status = add_kind(b, efi_extra_files(i), path);
	}
	return status;
}

void
beside_free(struct beside *b)
{
	for (uint32_t i = 0; i < b->files; i++) {
		file_free(&b->file[i]);
		free(b->path[i]);
	}
	for (uint32_t i = 0; i < b->extras.archives; i++)
		free(b->archive[i]);
}
