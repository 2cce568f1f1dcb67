/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where virtio-mmio devices lie, which no register tells: by the DSDT, or by the launcher's
 * words.
 *
 * The DSDT is not interpreted. A device of ID LNRO0005 (ACPI's name for virtio-mmio) has its
 * registers in a 32-bit fixed memory range descriptor (ACPI 6.4, 6.4.3.4) in its _CRS, which
 * every launcher writes right behind the ID. The word is Linux's
 * virtio_mmio.device=SIZE@ADDRESS:IRQ.
 */
#include "x86/disk/disks.h"

#include "stub/input/cmdline.h"

#define ID         "LNRO0005"
#define ID_LEN     8
#define NEAR       192 /* bytes behind the ID in which its descriptor is */
#define DESCRIPTOR 0x86
#define LENGTH     9
#define WORD       "virtio_mmio.device="

static void
add(struct disks *d, uint64_t addr)
{
	for (uint32_t i = 0; i < d->mmios; i++) {
		if (d->mmio[i] == addr)
			return;
	}
	if (d->mmios < DISKS_MMIO && addr)
		d->mmio[d->mmios++] = addr;
}

void
mmio_by_dsdt(struct disks *d, struct span dsdt)
{
	for (uint64_t at = 0; bounds_ok(dsdt.size, at, ID_LEN); at++) {
		if (!span_is(dsdt, at, ID, ID_LEN))
			continue;
		for (uint64_t i = at; i < at + NEAR; i++) {
			if (span_u8(dsdt, i) != DESCRIPTOR || span_le16(dsdt, i + 1) != LENGTH)
				continue;
			add(d, span_le32(dsdt, i + 4));
			break;
		}
	}
}

/* "SIZE@ADDRESS:IRQ" behind the word's "=". */
static void
add_word(struct disks *d, struct span s)
{
	uint64_t i = 0, start;

	while (i < s.size && s.base[i] != '@' && s.base[i] != ' ')
		i++;
	if (span_u8(s, i) != '@')
		return;
	for (start = ++i; i < s.size && s.base[i] != ':' && s.base[i] != ' '; i++)
		;
	if (span_sub(s, start, i - start, &s) && cmdline_number(s, &start))
		add(d, start);
}

void
mmio_by_words(struct disks *d, struct span line)
{
	const uint64_t len = sizeof(WORD) - 1;

	for (uint64_t at = 0; bounds_ok(line.size, at, len); at++) {
		if (span_is(line, at, WORD, len) && (!at || line.base[at - 1] == ' '))
			add_word(d, (struct span){line.base + at + len, line.size - at - len});
	}
}
