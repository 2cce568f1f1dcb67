/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * note_scan.h: the core's readings of the notes, put beside the order of the PT_NOTEs.
 */
#include "tools/check/note_scan.h"
#include "stub/probe/probe.h"
#include "stub/wire/elf.h"

#define PLACES 64

struct places {
	struct note_scan *scan;
	uint64_t off[PLACES]; /* of descriptors that were counted */
	unsigned count;
};

static bool
is_new(struct places *p, uint64_t off)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->off[i] == off)
			return false;
	if (p->count < PLACES)
		p->off[p->count++] = off;
	return true;
}

static void
see(void *context, const struct note *n, enum note_use use)
{
	struct places *p = context;
	struct note_scan *s = p->scan;

	if (n->type != XEN_ELFNOTE_PHYS32_ENTRY || n->name.size == 0 || !is_new(p, n->desc_off))
		return;
	if (use == NOTE_OTHER_OWNER)
		s->foreign += n->desc.size == 4 || n->desc.size == 8;
	else if (use == NOTE_BAD_SIZE)
		s->bad_size = true;
	else if (use == NOTE_TOO_LARGE)
		s->too_large = true;
	else
		s->valid++;
}

/* Is one of the valid notes' descriptors in this part of the file? */
static bool
holds(const struct elf_segment *h, uint64_t off)
{
	return off >= h->off && off - h->off < h->file_len;
}

static uint64_t
padded(uint64_t len, uint64_t align)
{
	return (len + align - 1) / align * align;
}

/* Does the segment end inside a note, read with the padding that its alignment means? */
static bool
is_cut(struct span file, const struct elf_segment *h, uint64_t *ret_off)
{
	uint64_t align = h->align == 8 ? 8 : 4, at = 0;
	struct span notes;

	if (!span_sub(file, h->off, h->file_len, &notes))
		return false;
	while (notes.size - at >= sizeof(struct elf_nhdr)) {
		uint64_t head = sizeof(struct elf_nhdr), rest = notes.size - at - head;
		uint64_t name = ELF_GET(notes, at, elf_nhdr, n_namesz);
		uint64_t desc = ELF_GET(notes, at, elf_nhdr, n_descsz);
		uint64_t step = padded(head + name, align) - head + padded(desc, align);

		*ret_off = h->off + at;
		if (padded(head + name, align) - head + desc > rest)
			return true;
		if (step >= rest)
			return false;
		at += head + step;
	}
	return false;
}

void
note_scan(struct span file, const struct elf_view *v, struct note_scan *ret_scan)
{
	struct note_scan s = {0};
	struct places places = {.scan = &s};
	struct note_watcher watcher = {see, &places};
	struct image im = image_of(file);
	struct facts facts;
	struct refusal why;
	bool seen = false, pvh;

	pvh = elf_probe_watched(&im, &watcher, &facts, &why) == REFUSAL_NONE && facts.elf.pvh;
	for (uint64_t i = 0; i < v->phnum; i++) {
		struct elf_segment h = elf_view_segment(v, i);

		if (h.type != PT_NOTE)
			continue;
		if (!s.cut)
			s.cut = is_cut(file, &h, &s.cut_off);
		if (!pvh)
			continue;
		if (holds(&h, facts.elf.pvh_note_off))
			s.in_segments = seen = true;
		else if (!seen && h.align == 8)
			s.aligned_8_before = true;
		else if (seen)
			s.other_after = true;
	}
	*ret_scan = s;
}

/* The first note of type 18 from `at` on, as QEMU looks for it; its offset, or 0. */
static uint64_t
qemu_find(struct span file, const struct elf_segment *h)
{
	uint64_t at = h->off, align = h->align ? h->align : 1;

	if (!bounds_ok(file.size, h->off, h->file_len) || !h->file_len)
		return 0;
	while (bounds_ok(file.size, at, sizeof(struct elf_nhdr))) {
		uint64_t name = ELF_GET(file, at, elf_nhdr, n_namesz);
		uint64_t desc = ELF_GET(file, at, elf_nhdr, n_descsz), step;

		if (ELF_GET(file, at, elf_nhdr, n_type) == XEN_ELFNOTE_PHYS32_ENTRY)
			return at;
		step = sizeof(struct elf_nhdr) + (name + align - 1) / align * align +
		       (desc + align - 1) / align * align;
		if (step > h->file_len)
			return 0;
		at += step;
	}
	return 0;
}

uint64_t
note_scan_qemu(const struct elf_view *v)
{
	uint64_t entry = 0;

	for (uint64_t i = 0; i < v->phnum; i++) {
		struct elf_segment h = elf_view_segment(v, i);
		uint64_t align = h.align ? h.align : 1, at, name;

		if (h.type != PT_NOTE || !(at = qemu_find(v->file, &h)))
			continue;
		name = ELF_GET(v->file, at, elf_nhdr, n_namesz);
		at += sizeof(struct elf_nhdr) + (name + align - 1) / align * align;
		/* 64-bit files: eight bytes whatever the note says, of which four are kept. */
		entry = span_le32(v->file, at);
	}
	return entry;
}
