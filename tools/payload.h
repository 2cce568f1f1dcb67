/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is packed inside a kernel file, and how to get it out.
 *
 * A bzImage holds a compressed ELF, an EFI zboot file a compressed Image, a unified kernel
 * image a bzImage as it is, and any file may be compressed as a whole.
 */
#ifndef KSHIM_PAYLOAD_H
#define KSHIM_PAYLOAD_H

#include "tools/unpack.h"

enum payload_in {
	PAYLOAD_NONE,
	PAYLOAD_BZIMAGE, /* payload_offset, payload_length of the setup header */
	PAYLOAD_ZBOOT,   /* Linux drivers/firmware/efi/libstub/zboot-header.S */
	PAYLOAD_UKI,     /* the PE section .linux */
	PAYLOAD_BUNDLE,  /* kshim/kernel */
	PAYLOAD_WHOLE,   /* the file is compressed itself */
};

struct payload {
	enum payload_in in;
	const char *compression; /* its name, or NULL: as it is */
	uint64_t off, len;       /* in the file */
	bool has_size;           /* the kernel's build wrote the unpacked size behind it */
	uint64_t size;
};

/* Where the payload is; false if the file has none (in is then PAYLOAD_NONE). */
bool payload_find(struct span file, struct payload *ret_payload);

/*
 * Unpack it into the empty `plain`, whose path is set for messages.
 * Returns as unpack_bytes() does.
 */
int payload_unpack(struct span file, const struct payload *payload, struct file *plain,
        struct budget *b, char *ret_why);

#endif
