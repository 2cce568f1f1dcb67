/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addons: PE files that add to the line and the initrd of a unified kernel image (UAPI Group
 * Specifications, "Unified Kernel Image"; systemd-stub(7), "Companion Files").
 *
 * Each line is measured as a text of its own, so one that could be taken for a text of ours, or
 * for a profile's number, is none.
 */
#ifndef KSHIM_EFI_ADDON_H
#define KSHIM_EFI_ADDON_H

#include "cmdline.h"
#include "efi_measures.h"

/* Where lines are tried. */
struct efi_addon_room {
	struct pe pe;
	char text[EFI_LINE_ROOM];
	uint16_t wide[EFI_LINE_ROOM];
};

/* What an addon adds; empty: nothing of that kind. */
struct efi_addon {
	struct span cmdline, initrd, ucode;
};

/*
 * Read an addon, `loaded` as an image or as it lies in its file, for an image whose .uname is
 * `uname` (empty: it has none). Returns why it cannot be used, or NULL.
 */
const char *efi_addon_read(struct span addon, bool loaded, struct span uname,
        struct efi_addon_room *room, struct efi_addon *ret_addon);

/* Why a line cannot be added: NULL if it can. */
const char *efi_addon_wrong_line(struct span section, struct efi_addon_room *room);

#endif
