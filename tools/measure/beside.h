/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies beside an image and kshim.efi adds to its initrd, as the pieces that it measures.
 */
#ifndef KSHIM_MEASURE_BESIDE_H
#define KSHIM_MEASURE_BESIDE_H

#include "stub/input/efi_addon.h"
#include "stub/input/efi_extra.h"
#include "tools/measure/media.h"

#define BESIDE_ADDONS (EFI_EXTRA_NAMES * EFI_ADDON_FOLDERS)

struct beside {
	struct extras extras;
	struct cmdline addon_line;
	char addon_text[EFI_LINE_ROOM];
	struct efi_addon_room room;
	uint32_t addons; /* that the firmware loads, so it measures them */
	const struct file *addon[BESIDE_ADDONS];
	uint8_t *archive[EFI_EXTRA_FILES];
};

/* Where it is looked for. */
struct beside_place {
	uint32_t own; /* the volume of the image */
	const char *self;
	uint32_t root; /* whose \loader counts; MEDIA_HOST: none is known */
};

/* Find it. Addons are for the kernel `uname`. Returns an exit status; what is wrong is said. */
int beside_find(struct media *m, const struct beside_place *where, struct span uname,
        struct beside *ret_beside);
void beside_free(struct beside *b);

#endif
