/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One step of the walk over ELF notes: it goes on, what it gives lies in the segment, and what
 * is taken from it is the first of its kind and of a right size.
 *
 * Inputs: every segment of up to 32 bytes, a note at every place in it, padded to 4 and to 8
 * bytes; what was found before is anything that can be.
 *
 * unwind: 33
 */
#include "prove.h"
#include "stub/probe/probe_note.c"

#define LENGTH 32

/* Can this be what the notes so far said? */
static bool
is_sound(const struct elf_notes *n)
{
	return n->guest_os[FACTS_GUEST_OS - 1] == '\0' && n->reloc_values <= 3;
}

static void
prove_take(const struct note *note)
{
	struct elf_notes before, notes;
	enum note_use use;

	ASSUME(is_sound(&before));
	notes = before;
	use = take(note, &notes);
	PROVE(is_sound(&notes), "a name has its NUL, a relocation at most three values");
	PROVE(notes.pvh || !before.pvh, "an entry stays one");
	if (before.pvh)
		PROVE(notes.pvh_entry == before.pvh_entry &&
		                notes.pvh_note_off == before.pvh_note_off,
		        "the first entry counts");
	else if (notes.pvh)
		PROVE(use == NOTE_TAKEN && note->type == XEN_ELFNOTE_PHYS32_ENTRY &&
		                (note->desc.size == 4 || note->desc.size == 8) &&
		                notes.pvh_entry ==
		                        span_le(note->desc, 0, (unsigned)note->desc.size) &&
		                notes.pvh_note_off == note->desc_off,
		        "an entry is the number in its descriptor");
	PROVE(before.reloc ? notes.reloc_off == before.reloc_off
	                   : !notes.reloc || notes.reloc_values <= note->desc.size / 4,
	        "a relocation has no more values than its descriptor");
}

int
main(void)
{
	uint8_t byte[LENGTH];
	struct span segment = {byte, 0};
	struct note note;
	uint64_t size, pos, next, pad;

	ASSUME(size <= LENGTH && (pad == 4 || pad == 8));
	segment.size = size;
	next = pos;
	if (!note_next(segment, pad, &next, &note)) {
		PROVE(next == pos, "where the walk ends it stays");
		return 0;
	}
	PROVE(next >= pos + sizeof(struct elf_nhdr), "a note is longer than its header");
	PROVE(is_inside(note.name, segment), "a name lies in the segment");
	PROVE(note.name.base == byte + pos + sizeof(struct elf_nhdr), "behind the header");
	PROVE(is_inside(note.desc, segment), "a descriptor lies in the segment");
	PROVE(note.desc.base == byte + note.desc_off, "where its offset says");
	PROVE(note.desc_off + note.desc.size <= next, "before the next note");
	prove_take(&note);
}
