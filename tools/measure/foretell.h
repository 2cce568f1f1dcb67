/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files as a boot by kshim.efi, and the events that it will have.
 */
#ifndef KSHIM_FORETELL_H
#define KSHIM_FORETELL_H

#include "tools/measure/events.h"

struct measure_wishes {
	const char *image;  /* kshim.efi, alone or with sections; NULL: of the volume */
	const char *volume; /* a folder that is the root of the image's volume, or a disk image;
	                       NULL: neither */
	const char *const *file; /* a kernel, if the image has none, and initrds */
	uint32_t files;
	const char *entry;  /* a glob of the boot entry, or NULL */
	const char *words;  /* of the load options */
	const char *smbios; /* what SMBIOS adds to the line, or NULL */
	const char *before; /* an event log of the machine, or NULL */
	bool has_profile;
	uint32_t profile;
	bool secure; /* Secure Boot is on */
};

/* Foretell into *all, whose banks are set. Returns an exit status; what is wrong is said. */
int foretell(const struct measure_wishes *w, struct events *all);

/* Is the file kshim.efi, or an image that was made with it? */
bool foretell_is_stub(struct span file);

/* A line that says what is assumed of what was foretold; NULL behind the last. */
const char *foretell_assumed(
        const struct measure_wishes *w, const struct events *all, unsigned i);

#endif
