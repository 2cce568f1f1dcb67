/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file read as a stream: every NEED is answered with just the range that was asked for.
 *
 * Each window is a block of its own and of that size, so that the address sanitizer sees a
 * reader that takes a byte more than it asked for. A reader that runs out of windows gets the
 * whole file, as image.h says.
 */
#ifndef TESTS_STREAM_H
#define TESTS_STREAM_H

#include <stdlib.h>
#include <string.h>

#include "stub/input/bundle.h"
#include "stub/probe/facts.h"

struct stream {
	const uint8_t *bytes;
	uint64_t size;
	struct image im;
	uint8_t *block[64];
	unsigned blocks;
	uint64_t loaded; /* bytes that were asked for in all */
};

static inline void
stream_open(struct stream *s, const uint8_t *bytes, uint64_t size)
{
	memset(s, 0, sizeof(*s));
	s->bytes = bytes;
	s->size = size;
	s->im = image_stream(size);
}

static inline void
stream_close(struct stream *s)
{
	for (unsigned i = 0; i < s->blocks; i++)
		free(s->block[i]);
	memset(s, 0, sizeof(*s));
}

/* Load what `why` asks for; aborts on a request that no caller could answer. */
static inline void
stream_load(struct stream *s, const struct refusal *why)
{
	uint64_t off = why->where, len = why->wanted;

	if (s->im.windows == IMAGE_WINDOWS) {
		off = 0;
		len = s->size;
	}
	if (len == 0 || !bounds_ok(s->size, off, len) || s->blocks == 64)
		abort();
	s->block[s->blocks] = malloc(len);
	memcpy(s->block[s->blocks], s->bytes + off, len);
	if (len == s->size)
		s->im.windows = 0;
	if (!image_add(&s->im, off, (struct span){s->block[s->blocks], len}))
		abort();
	s->blocks++;
	s->loaded += len;
}

/* kernel_probe() through a stream; *ret_loaded (may be NULL) counts the bytes asked for. */
static inline enum refusal_code
stream_probe(const uint8_t *bytes, uint64_t size, struct facts *ret_facts,
        struct refusal *ret_why, uint64_t *ret_loaded)
{
	struct stream s;
	enum refusal_code code;

	stream_open(&s, bytes, size);
	while ((code = kernel_probe(&s.im, ret_facts, ret_why)) == REFUSAL_NEED)
		stream_load(&s, ret_why);
	if (ret_loaded)
		*ret_loaded = s.loaded;
	stream_close(&s);
	return code;
}

/* The same for bundle_read(). */
static inline enum refusal_code
stream_bundle(const uint8_t *bytes, uint64_t size, bool *ret_found, struct bundle *ret_bundle,
        struct refusal *ret_why, uint64_t *ret_loaded)
{
	struct stream s;
	enum refusal_code code;

	stream_open(&s, bytes, size);
	while ((code = bundle_read(&s.im, ret_found, ret_bundle, ret_why)) == REFUSAL_NEED)
		stream_load(&s, ret_why);
	if (ret_loaded)
		*ret_loaded = s.loaded;
	stream_close(&s);
	return code;
}

static inline bool
segments_same(const struct segment *a, const struct segment *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct segment *s = &a[i], *t = &b[i];

		if (s->off != t->off || s->file_len != t->file_len || s->paddr != t->paddr ||
		        s->mem_len != t->mem_len || s->vaddr != t->vaddr ||
		        s->flags != t->flags)
			return false;
	}
	return true;
}

static inline bool
riscv_facts_same(const struct riscv_facts *a, const struct riscv_facts *b)
{
	return a->version_major == b->version_major && a->version_minor == b->version_minor &&
	       a->is_elf == b->is_elf && a->linked == b->linked && a->fixed == b->fixed &&
	       a->text_offset == b->text_offset && a->image_size == b->image_size &&
	       a->segments == b->segments && segments_same(a->segment, b->segment, a->segments);
}

/* Are two facts the same? Field by field where a struct has padding. */
static inline bool
facts_same(const struct facts *x, const struct facts *y)
{
	struct facts a = *x, b = *y;

	if (a.format != b.format || a.size != b.size)
		return false;
	if (a.format == KERNEL_BZIMAGE)
		return memcmp(&a.bz, &b.bz, sizeof(a.bz)) == 0;
	if (a.format == KERNEL_RISCV)
		return riscv_facts_same(&a.riscv, &b.riscv);
	if (a.elf.segments != b.elf.segments ||
	        !segments_same(a.elf.segment, b.elf.segment, a.elf.segments))
		return false;
	memset(a.elf.segment, 0, sizeof(a.elf.segment));
	memset(b.elf.segment, 0, sizeof(b.elf.segment));
	return memcmp(&a.elf, &b.elf, sizeof(a.elf)) == 0;
}

#endif
