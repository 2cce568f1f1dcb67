/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF notes into what they say of booting: gABI "Note Section", Xen public/elfnote.h.
 *
 * Other notes of any kind may precede ours, so all are walked; a malformed one ends its
 * segment, a wrong value only itself, and neither disqualifies the kernel. Notes are padded to
 * 4 bytes, to 8 where the alignment is 8 (gnu.property) - but a linker script that merges both
 * kinds makes a segment aligned to 8 with notes padded to 4, so there both are tried.
 */
#include "probe.h"
#include "stub/wire/elf.h"

/* The note at *pos of the segment, and *pos after it; false at the end or where it is cut. */
static bool
note_next(struct span notes, uint64_t pad, uint64_t *pos, struct note *ret_note)
{
	uint64_t at = *pos, name_len, desc_len, desc_at;

	if (!bounds_ok(notes.size, at, sizeof(struct elf_nhdr)))
		return false;
	name_len = ELF_GET(notes, at, elf_nhdr, n_namesz);
	desc_len = ELF_GET(notes, at, elf_nhdr, n_descsz);
	ret_note->type = (uint32_t)ELF_GET(notes, at, elf_nhdr, n_type);
	at += sizeof(struct elf_nhdr);
	if (!span_sub(notes, at, name_len, &ret_note->name) ||
	        !align_up(at + name_len, pad, &desc_at))
		return false;
	if (desc_len == 0 && desc_at > notes.size)
		desc_at = notes.size;
	if (!span_sub(notes, desc_at, desc_len, &ret_note->desc) ||
	        !align_up(desc_at + desc_len, pad, pos))
		return false;
	ret_note->desc_off = desc_at;
	return true;
}

/* The number in a descriptor of 4 or 8 bytes. */
static bool
note_number(const struct note *note, uint64_t *ret_value)
{
	if (note->desc.size != 4 && note->desc.size != 8)
		return false;
	*ret_value = span_le(note->desc, 0, (unsigned)note->desc.size);
	return true;
}

static enum note_use
take_entry(const struct note *note, struct elf_notes *notes)
{
	uint64_t entry;

	if (!note_number(note, &entry))
		return NOTE_BAD_SIZE;
	if (entry > UINT32_MAX)
		return NOTE_TOO_LARGE;
	if (notes->pvh)
		return NOTE_NOT_FIRST;
	notes->pvh = true;
	notes->pvh_entry = (uint32_t)entry;
	notes->pvh_note_off = note->desc_off;
	return NOTE_TAKEN;
}

static enum note_use
take_reloc(const struct note *note, struct elf_notes *notes)
{
	if (notes->reloc)
		return NOTE_NOT_FIRST;
	notes->reloc = true;
	notes->reloc_off = note->desc_off;
	notes->reloc_values = note->desc.size < 12 ? (uint32_t)note->desc.size / 4 : 3;
	for (uint32_t i = 0; i < notes->reloc_values; i++)
		notes->reloc_value[i] = span_le32(note->desc, i * 4);
	return NOTE_TAKEN;
}

static enum note_use
take_guest_os(const struct note *note, struct elf_notes *notes)
{
	uint64_t len = 0;

	if (notes->guest_os[0])
		return NOTE_NOT_FIRST;
	while (len < note->desc.size && note->desc.base[len])
		len++;
	if (len >= FACTS_GUEST_OS)
		memcpy(notes->guest_os, "?", 2);
	else
		memcpy(notes->guest_os, note->desc.base, (size_t)len);
	return NOTE_TAKEN;
}

static enum note_use
take_number(const struct note *note, uint64_t *number)
{
	uint64_t value;

	if (!note_number(note, &value))
		return NOTE_BAD_SIZE;
	if (*number)
		return NOTE_NOT_FIRST;
	*number = value;
	return NOTE_TAKEN;
}

static bool
owner_is(const struct note *note, const char *owner, uint64_t len)
{
	return note->name.size == len && span_is(note->name, 0, owner, len);
}

static enum note_use
take(const struct note *note, struct elf_notes *notes)
{
	if (owner_is(note, "Linux", 6)) {
		notes->linux_owner = true;
		return NOTE_TAKEN;
	}
	if (!owner_is(note, "Xen", 4))
		return NOTE_OTHER_OWNER;
	switch (note->type) {
	case XEN_ELFNOTE_PHYS32_ENTRY:
		return take_entry(note, notes);
	case XEN_ELFNOTE_PHYS32_RELOC:
		return take_reloc(note, notes);
	case XEN_ELFNOTE_GUEST_OS:
		return take_guest_os(note, notes);
	case XEN_ELFNOTE_PADDR_OFFSET:
		return take_number(note, &notes->paddr_offset);
	case XEN_ELFNOTE_VIRT_BASE:
		return take_number(note, &notes->virt_base);
	default:
		return NOTE_OTHER_TYPE;
	}
}

static void
walk(struct span bytes, uint64_t off, uint64_t pad, struct elf_notes *notes)
{
	struct note note;
	uint64_t pos = 0;

	while (note_next(bytes, pad, &pos, &note)) {
		enum note_use use;

		note.desc_off += off;
		use = take(&note, notes);
		if (notes->watcher)
			notes->watcher->seen(notes->watcher->context, &note, use);
	}
}

void
notes_read(struct span bytes, uint64_t off, uint64_t align, struct elf_notes *notes)
{
	if (align == 8)
		walk(bytes, off, 8, notes);
	walk(bytes, off, 4, notes);
}

/* Is `owner`, of `len` bytes with its NUL, the owner of a note at `at`? */
static bool
is_owned_at(struct span bytes, uint64_t at, const char *owner, uint32_t len)
{
	return span_le32(bytes, at) == len &&
	       span_is(bytes, at + sizeof(struct elf_nhdr), owner, len);
}

void
notes_search(struct span bytes, struct elf_notes *notes)
{
	struct note note;
	uint64_t next;

	for (uint64_t at = 0; bounds_ok(bytes.size, at, sizeof(struct elf_nhdr)); at += 4) {
		next = at;
		if ((is_owned_at(bytes, at, "Xen", 4) || is_owned_at(bytes, at, "Linux", 6)) &&
		        note_next(bytes, 4, &next, &note))
			take(&note, notes);
	}
}
