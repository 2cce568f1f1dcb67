/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is measured behind kshim.efi by what it has the firmware start with Secure Boot on: by
 * Linux's EFI stub (drivers/firmware/efi/libstub/efi-stub-helper.c, 6.1), or by the stub of a
 * unified kernel image, kshim.efi itself or systemd's.
 */
#include "stub/base/text.h"
#include "stub/input/initrd_join.h"
#include "stub/input/utf.h"
#include "tools/cmd.h"
#include "tools/measure/boot.h"

/* Linux's tags of its EV_EVENT_TAG events */
#define TAG_OPTIONS 0x8f3b22ed
#define TAG_INITRD  0x8f3b22ec

static struct event
linux_event(uint32_t tag, const char *what, const char *text)
{
	return (struct event){.pcr = MEASURE_PCR_INITRD,
	        .type = EV_EVENT_TAG,
	        .tag = tag,
	        .what = what,
	        .text = text};
}

/* The load options, UTF-16 with their NUL. */
static int
add_options(struct boot *b)
{
	struct span wide = {(const uint8_t *)b->room.wide, 2};
	struct refusal why;

	if (utf16_exactly(b->m.line, b->room.wide, EFI_TEXT_MOST, &why))
		return fail_refusal("command line", why);
	while (b->room.wide[wide.size / 2 - 1])
		wide.size += 2;
	events_add_bytes(b->all, linux_event(TAG_OPTIONS, "load-options", b->m.line), wide);
	return STATUS_OK;
}

/* All initrds, joined as efi/start.c offers them. */
static void
add_initrd(struct boot *b)
{
	static const uint8_t zeros[INITRD_GAP_MAX];
	struct event e = linux_event(TAG_INITRD, "initrd", "Linux initrd");
	struct summing s;

	if (!b->m.initrds)
		return;
	sums_start(&s, b->all->banks);
	for (uint32_t i = 0; i < b->m.initrds; i++) {
		struct span piece = b->m.initrd[i].bytes;
		uint64_t gap = i + 1 < b->m.initrds ? initrd_gap(piece.size) : 0;

		sums_add(&s, piece);
		sums_add(&s, (struct span){zeros, gap});
		e.len += piece.size + gap;
	}
	sums_end(&s, &e.sums);
	events_add(b->all, &e);
}

/*
 * A unified kernel image, which finds what is beside it, because it is loaded under its path.
 * systemd's stub ignores load options where it has a line of its own and Secure Boot is on.
 */
static int
add_uki(struct boot *outer)
{
	struct measure_wishes w = *outer->w;
	struct boot *b;
	bool found, ours = foretell_is_stub(file_span(outer->kernel));
	struct refusal why;
	int status;

	w.profile = outer->m.profile;
	w.has_profile = outer->m.has_profile;
	b = foretell_new(&w, outer->all);
	b->image = outer->kernel;
	(void)pe_read(file_span(b->image), &found, &b->own_pe, &why); /* as before */
	w.words = ours || !pe_find(&b->own_pe, ".cmdline") ? outer->m.line : "";
	status = sources_own(b);
	if (status == STATUS_OK)
		status = line_join(b);
	if (status == STATUS_OK)
		status = beside_find(&outer->media, &outer->kernel_at,
		        pe_content(&b->own_pe, ".uname", b->m.image, false), &b->beside);
	if (status == STATUS_OK)
		status = line_smbios(b);
	if (status == STATUS_OK)
		status = foretell_own(b);
	foretell_free(b);
	return status;
}

int
started_add(struct boot *b)
{
	int status;

	if (b->m.is_uki)
		return add_uki(b);
	status = add_options(b);
	if (status == STATUS_OK)
		add_initrd(b);
	return status;
}
