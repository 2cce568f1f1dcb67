/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies beside an image and kshim.efi adds to its initrd: files of this host as the pieces
 * that it measures.
 */
#ifndef KSHIM_MEASURE_BESIDE_H
#define KSHIM_MEASURE_BESIDE_H

#include "stub/input/efi_addon.h"
#include "stub/input/efi_extra.h"
#include "tools/file.h"

#define BESIDE_FILES (EFI_EXTRA_NAMES * (EFI_EXTRA_FILES + EFI_ADDON_FOLDERS))

struct beside {
	struct extras extras;
	struct cmdline addon_line;
	char addon_text[EFI_LINE_ROOM];
	struct efi_addon_room room;
	uint32_t
	        addons; /* the first of the files: the firmware loads each, so it measures it */
	uint32_t files;
	struct file file[BESIDE_FILES];
	char *path[BESIDE_FILES];
	uint8_t *archive[EFI_EXTRA_FILES];
};

/*
 * Find it: in the folder of the image at path `image`, and in \loader of the volume whose root
 * is the folder `volume` (NULL: none is looked at). Addons are for the kernel `uname`. Returns
 * an exit status; a refusal or a file that cannot be read is said.
 */
int beside_find(
        const char *image, const char *volume, struct span uname, struct beside *ret_beside);
void beside_free(struct beside *b);

#endif
