/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where virtio-mmio devices lie, which no register tells: by the DSDT, or by the launcher's
 * words. And where PCI Express does, on a machine without ports for it.
 *
 * The DSDT is not interpreted. A device of ID LNRO0005 (ACPI's name for virtio-mmio) has its
 * registers in a 32-bit fixed memory range descriptor (ACPI 6.4, 6.4.3.4) in its _CRS, which
 * every launcher writes right behind the ID. The word is Linux's
 * virtio_mmio.device=SIZE@ADDRESS:IRQ. A PCI host bridge's _CBA (PCI Firmware 3.0, 4.1.3) is a
 * constant, or a method that returns one (ACPI 6.4, 20.2).
 */
#include "x86/disk/disks.h"

#include "stub/input/cmdline.h"

#define ID         "LNRO0005"
#define ID_LEN     8
#define NEAR       192 /* bytes behind the ID in which its descriptor is */
#define DESCRIPTOR 0x86
#define LENGTH     9
#define WORD       "virtio_mmio.device="

#define CBA        "_CBA"
#define CBA_LEN    4
#define METHOD     "\0\xa4" /* no arguments, return */
#define METHOD_LEN 2
#define DWORD      0x0c
#define QWORD      0x0e
#define ECAM_ALIGN (256 * MIB) /* of an area for all buses */

/* The first place from *at on that has the text. */
static bool
find(struct span s, const char *text, uint64_t len, uint64_t *at)
{
	for (; bounds_ok(s.size, *at, len); ++*at) {
		if (s.base[*at] == (uint8_t)text[0] && span_is(s, *at, text, len))
			return true;
	}
	return false;
}

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
	for (uint64_t at = 0; find(dsdt, ID, ID_LEN, &at); at++) {
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

/* The constant at `at`; 0 if there is none. */
static uint64_t
constant(struct span aml, uint64_t at)
{
	switch (span_u8(aml, at)) {
	case DWORD:
		return span_le32(aml, at + 1);
	case QWORD:
		return span_le64(aml, at + 1);
	default:
		return 0;
	}
}

uint64_t
express_by_dsdt(struct span dsdt)
{
	for (uint64_t at = 0; find(dsdt, CBA, CBA_LEN, &at); at++) {
		uint64_t value = at + CBA_LEN, base;

		if (span_is(dsdt, value, METHOD, METHOD_LEN))
			value += METHOD_LEN;
		base = constant(dsdt, value);
		if (base && base % ECAM_ALIGN == 0)
			return base;
	}
	return 0;
}
