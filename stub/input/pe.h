/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sections of a PE file, which is what a unified kernel image keeps its parts in.
 *
 * Microsoft PE Format, revision 12 ("Section Table"); UAPI Group Specifications, "Unified
 * Kernel Image". A file holds a section at `off`, a loaded image at `addr`.
 */
#ifndef KSHIM_PE_H
#define KSHIM_PE_H

#include "image.h"
#include "stub/base/bytes.h"
#include "stub/base/refusal.h"
#include "stub/wire/pe.h"

#define PE_SECTIONS 128
#define PE_NAME     9 /* with the NUL that a name of eight bytes does not have */

struct pe_section {
	char name[PE_NAME];
	uint64_t off;   /* in the file */
	uint64_t len;   /* bytes that are content: the shorter of both lengths */
	uint64_t addr;  /* from the start of the loaded image */
	uint32_t flags; /* PE_SECTION_... */
};

struct pe {
	uint16_t machine;
	bool linux_magic; /* the DOS header says that it is a Linux whose image_major counts */
	uint16_t subsystem;
	uint16_t dll_flags; /* DllCharacteristics: PE_DLL_NX_COMPAT */
	uint16_t image_major,
	        image_minor; /* of a Linux: it takes initrds by LoadFile2 if major is odd */
	uint32_t entry;      /* from the start of the loaded image */
	uint32_t section_align, file_align;
	uint64_t image_size; /* bytes when loaded */
	uint64_t signature_off,
	        signature_len; /* attribute certificates in the file; 0 if none */
	uint32_t sections;
	struct pe_section section[PE_SECTIONS];
};

#define PE_PROFILE ".profile" /* a section that starts a profile of a unified kernel image */

/* What a file's headers are, as they lie in it: for readers of a stream. */
struct pe_headers {
	uint16_t machine;
	bool linux_magic;
	struct span optional;
	uint32_t sections;
	struct span table; /* a row for each section */
};

/*
 * Find the headers of a PE32 or PE32+ file. *ret_found is false, with REFUSAL_NONE, if it is
 * none. Errors: REFUSAL_NEED; REFUSAL_PE_HEADER: a table past the end, too many sections.
 */
enum refusal_code pe_headers(const struct image *im, bool *ret_found,
        struct pe_headers *ret_headers, struct refusal *ret_why);

/* Section `number`, from 0; its length may be 0. */
struct pe_section pe_section(const struct pe_headers *headers, uint32_t number);

/* Is that its name? */
bool pe_section_is(const struct pe_section *s, const char *name);

/*
 * Read the headers of a PE32 or PE32+ file. *ret_found is false, with REFUSAL_NONE, if it is
 * none. Sections of no content are left out. Errors: REFUSAL_PE_HEADER: a table past the end,
 * too many sections.
 */
enum refusal_code pe_read(
        struct span file, bool *ret_found, struct pe *ret_pe, struct refusal *ret_why);

/*
 * How many profiles a unified kernel image has: one without .profile sections has one. A
 * .profile section starts a profile; what stands before the first belongs to all.
 */
uint32_t pe_profiles(const struct pe *pe);

/*
 * Keep the sections of profile `number` (from 0) first, then those of all profiles, and drop
 * the others, so that pe_find() finds what that profile has. False if there is no such profile.
 */
bool pe_take_profile(struct pe *pe, uint32_t number);

/* The first section of that name, or NULL. */
const struct pe_section *pe_find(const struct pe *pe, const char *name);

/*
 * Its content, in the bytes of the file or of the `loaded` image; empty if there is none, or if
 * it is not whole there.
 */
struct span pe_content(const struct pe *pe, const char *name, struct span whole, bool loaded);

#endif
