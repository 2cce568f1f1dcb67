/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot that is foretold, on its way from the wishes to the events. A function that returns an
 * exit status has said what is wrong.
 */
#ifndef KSHIM_MEASURE_BOOT_H
#define KSHIM_MEASURE_BOOT_H

#include "stub/input/cmdline.h"
#include "stub/input/efi_entry.h"
#include "tools/measure/beside.h"
#include "tools/measure/foretell.h"

struct boot {
	const struct measure_wishes *w;
	struct events *all;
	struct media media;
	uint32_t own;     /* the volume of the image, and */
	const char *self; /* its path there */
	char *disk;       /* the disk image that it lies in, if its name says so */
	uint32_t root;    /* the volume whose \loader counts; MEDIA_HOST: none is known */
	const struct file *image;
	uint32_t files; /* of the wishes that are taken */
	const struct file *kernel;
	struct beside_place
	        kernel_at;           /* as a unified kernel image, which has files beside it */
	struct pe own_pe, kernel_pe; /* the profile's sections */
	struct measures m;
	struct measure_room room;
	struct beside beside;
	struct efi_entries entries;
	const struct efi_entry *entry; /* that is booted; NULL: none */
	struct span packed_line;       /* in an image or bundle */
	bool line_is_section;
	char smbios[EFI_LINE_ROOM], joined[EFI_LINE_ROOM], line[EFI_LINE_ROOM];
};

/* The volumes, and the image itself: places.c. */
int places_find(struct boot *b);

/* What is booted, of the files that are there: sources.c. */
int sources_own(struct boot *b);
int sources_kernel(struct boot *b, const struct file *kernel);
int sources_initrd(struct boot *b, const char *name, struct span bytes);
/* Does kshim.efi boot it, and who starts it with Secure Boot? */
int sources_judge(struct boot *b);

/* The entry that kshim.efi chooses as a boot manager, and its files: entries.c. */
int entries_take(struct boot *b);

/* line.c: the kernel's line, and what SMBIOS adds to it. */
int line_join(struct boot *b);
int line_smbios(struct boot *b);

/* firmware.c: what the firmware measures before kshim.efi's own events, and behind them. */
int firmware_before(struct boot *b);
int firmware_image(struct boot *b, const struct file *f);
/* An addon, which is measured if it is an image at all: one that is left out afterwards, too.
 */
void firmware_addon(struct boot *b, const struct file *f);
void firmware_after(struct boot *b);

/* before.c: what an event log has before, with the image's own event among it. */
int before_take(struct boot *b, const struct event *image);

/* foretell.c: a boot without parts, and the events that kshim.efi has of one that has them. */
struct boot *foretell_new(const struct measure_wishes *w, struct events *all);
int foretell_own(struct boot *b);
void foretell_free(struct boot *b);

/* started.c: those of what it has the firmware start. */
int started_add(struct boot *b);

#endif
