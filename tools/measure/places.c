/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the image lies, and which volumes the firmware sees with it: files of this host, a
 * folder as the root of a volume, or a disk image.
 */
#include <string.h>
#include <sys/stat.h>

#include "stub/disk/boot_list.h"
#include "tools/cmd.h"
#include "tools/measure/boot.h"

/* The volume that is named: a folder, or an image. */
static int
add_volume(struct boot *b, const char *path)
{
	struct stat st;
	int status = STATUS_OK;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		media_add_folder(&b->media, path);
	else
		status = media_add_image(&b->media, path);
	b->root = MEDIA_HOST + 1;
	if (b->w->image) /* else only the volume counts on which the image is found */
		b->media.volume[b->root].has_entries = true;
	return status;
}

/* The image on a volume, from which kshim.efi came then. */
static int
find_on_volume(struct boot *b, uint32_t number, const char *path)
{
	int found = media_find(&b->media, number, path);

	if (found < 0)
		return fail(STATUS_REFUSED, "%s: no %s is on it",
		        b->w->volume ? b->w->volume : b->media.name, path);
	b->own = b->root = (uint32_t)found;
	b->media.volume[b->root].has_entries = true;
	b->self = path;
	return media_read(&b->media, b->own, path, &b->image);
}

/* IMAGE:[NUMBER:]/PATH */
static int
find_inside(struct boot *b)
{
	uint32_t number;
	int status;

	b->disk = disk_path_split(b->w->image, &number, &b->self);
	status = media_add_image(&b->media, b->disk);
	return status == STATUS_OK ? find_on_volume(b, number, b->self) : status;
}

int
places_find(struct boot *b)
{
	const struct measure_wishes *w = b->w;
	int status = STATUS_OK;

	b->own = b->root = MEDIA_HOST;
	b->self = w->image;
	if (w->volume)
		status = add_volume(b, w->volume);
	else if (disk_path_is(w->image))
		return find_inside(b);
	if (status != STATUS_OK)
		return status;
	return w->image ? media_read_host(&b->media, w->image, &b->image)
	                : find_on_volume(b, DISK_PATH_ANY, BOOT_FALLBACK);
}
