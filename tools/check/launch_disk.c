/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who boots a disk image: kshim's images from its boot entries, a BIOS and UEFI by what is on
 * it (disk_bios.c, disk_uefi.c).
 */
#include "tools/check/disk.h"
#include "tools/check/launcher.h"

bool
launch_disk(const struct launcher *self, const struct report *r, struct launch *l)
{
	const struct disk_view *view = r->disk;
	const struct disk_way *ways[] = {[DISK_BY_KSHIM] = &view->kshim,
	        [DISK_BY_BIOS] = &view->bios,
	        [DISK_BY_UEFI] = &view->uefi};
	const struct disk_way *way = self->disk ? ways[self->disk] : NULL;

	if (!way || !way->known)
		return false;
	if (way->boots)
		launch_yes(l, way->rule, way->text, NULL);
	else
		launch_no(l, way->rule, way->text);
	return true;
}
