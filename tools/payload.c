/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds and unpacks payloads: payload.h. Linux Documentation/arch/x86/boot.rst
 * (payload_offset), scripts/Makefile.lib (size_append), UAPI "Unified Kernel Image".
 *
 * Surprising: behind every kind but gzip, which has its own, the kernel's build writes the
 * unpacked size as four bytes, which are no part of the stream. A bzImage's payload_length
 * counts them, an EFI zboot file's size does not (drivers/firmware/efi/libstub/Makefile.zboot).
 */
#include <stdio.h>
#include <string.h>

#include "stub/input/bundle.h"
#include "stub/input/pe.h"
#include "stub/probe/facts.h"
#include "tools/cmd.h"
#include "tools/payload.h"

#define SIZE_LEN     4
#define ZBOOT_OFFSET 8
#define ZBOOT_SIZE   12

static struct span
part(struct span file, const struct payload *p)
{
	struct span s = {file.base, 0};

	(void)span_sub(file, p->off, p->len, &s);
	return s;
}

/* Compression and size, once it is known where the payload is. */
static void
look(struct span file, struct payload *p)
{
	struct span packed = part(file, p);

	p->compression = compression_of(packed);
	if (p->in != PAYLOAD_BZIMAGE || !p->compression ||
	        strcmp(p->compression, "gzip") == 0 || packed.size <= SIZE_LEN)
		return;
	p->has_size = true;
	p->size = span_le32(packed, packed.size - SIZE_LEN);
}

static void
find_bzimage(struct span file, struct payload *p)
{
	struct image im = image_of(file);
	struct refusal why;
	struct facts facts;

	if (kernel_probe(&im, &facts, &why) || facts.format != KERNEL_BZIMAGE ||
	        !facts.bz.payload_len)
		return;
	p->in = PAYLOAD_BZIMAGE;
	p->off = facts.bz.payload_off;
	p->len = facts.bz.payload_len;
}

static void
find_uki(struct span file, struct payload *p)
{
	static const char name[] = ".linux";
	struct refusal why;
	struct pe pe;
	bool found;
	const struct pe_section *s;

	if (pe_read(file, &found, &pe, &why) || !found)
		return;
	s = pe_find(&pe, name);
	if (!s || !bounds_ok(file.size, s->off, s->len))
		return;
	p->in = PAYLOAD_UKI;
	p->off = s->off;
	p->len = s->len;
}

static void
find_bundle(struct span file, struct payload *p)
{
	struct image im = image_of(file);
	struct bundle bundle;
	struct refusal why;
	bool found;

	if (bundle_read(&im, &found, &bundle, &why) || !found)
		return;
	p->in = PAYLOAD_BUNDLE;
	p->off = bundle.kernel_off;
	p->len = bundle.kernel_len;
}

bool
payload_find(struct span file, struct payload *ret_payload)
{
	struct payload p = {.in = PAYLOAD_NONE};

	if (compression_of(file)) {
		p.in = PAYLOAD_WHOLE;
		p.len = file.size;
	} else if (span_is(file, 0, "MZ", 2) && span_is(file, 4, "zimg", 4)) {
		p.in = PAYLOAD_ZBOOT;
		p.off = span_le32(file, ZBOOT_OFFSET);
		p.len = span_le32(file, ZBOOT_SIZE);
		if (!p.len || !bounds_ok(file.size, p.off, p.len))
			return false;
	} else {
		find_bundle(file, &p);
		if (p.in == PAYLOAD_NONE)
			find_uki(file, &p);
		if (p.in == PAYLOAD_NONE)
			find_bzimage(file, &p);
	}
	if (p.in != PAYLOAD_NONE)
		look(file, &p);
	*ret_payload = p;
	return p.in != PAYLOAD_NONE;
}

/* What lies there as it is; a copy is no unpacking, but costs as much memory. */
static int
copy(struct span bytes, struct file *plain, struct budget *b, char *ret_why)
{
	if (!budget_spend(b, bytes.size, bytes.size)) {
		budget_word(b, "not compressed", ret_why);
		return STATUS_REFUSED;
	}
	if (file_reserve(plain, bytes.size ? bytes.size : 1) != STATUS_OK) {
		snprintf(ret_why, UNPACK_WHY, "%s: no memory", plain->path);
		return STATUS_HOST;
	}
	memcpy(plain->data, bytes.base, bytes.size);
	plain->size = bytes.size;
	return STATUS_OK;
}

int
payload_unpack(struct span file, const struct payload *payload, struct file *plain,
        struct budget *b, char *ret_why)
{
	struct span packed = part(file, payload);
	const char *path = plain->path;
	int status;

	if (!payload->compression)
		return copy(packed, plain, b, ret_why);
	if (payload->has_size) {
		struct span stream = {packed.base, packed.size - SIZE_LEN};

		status = unpack_bytes(stream, plain, b, ret_why);
		if (status != STATUS_REFUSED || b->over)
			return status;
		plain->path = path;
	}
	return unpack_bytes(packed, plain, b, ret_why);
}
