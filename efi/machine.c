/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds SMBIOS's structures (DMTF DSP0134, 5.2), and measures of them what systemd's boot
 * manager and stub (261 and later) measure into PCR 1: system, baseboard and OEM strings, each
 * as it lies there. The variable LoaderPcrSMBIOS says that it is done; it stays when the boot
 * is refused, as the measurement does.
 *
 * Surprise: a system's structure says by what it was woken up, which is no part of what it is:
 * that byte is measured as 0.
 */
#include "efi/machine.h"
#include "efi/variables.h"
#include "stub/input/smbios.h"

#define PCR_MACHINE 1
#define TYPE_SYSTEM 1
#define WAKE_UP     24   /* the byte of a system's structure (7.2) */
#define SYSTEM_ROOM 4096 /* bytes of a system's structure; a longer one is not measured */

/* What is measured, with systemd's tags and texts. */
static const struct kind {
	uint8_t type;
	uint32_t tag;
	const char *text;
} kinds[] = {
        {TYPE_SYSTEM, 0xd5cb7cbc, "smbios:type1"},
        {2, 0xe0d47bc8, "smbios:type2"},
        {11, 0xc0b3bd23, "smbios:type11"},
};

struct span
machine_structures(void)
{
	static const EFI_GUID guids[] = {
	        {0xf2fd1544, 0x9794, 0x4a2c, {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}},
	        {0xeb9d2d31, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}},
	};
	struct range r = {0, 0};

	for (unsigned i = 0; !r.addr && i < sizeof(guids) / sizeof(guids[0]); i++) {
		const uint8_t *entry = (const uint8_t *)(uintptr_t)config_table(&guids[i]);

		if (entry)
			r = smbios_structures((struct span){entry, SMBIOS_ENTRY_LEN});
	}
	return (struct span){(const uint8_t *)(uintptr_t)r.addr, r.addr ? r.len : 0};
}

static const struct kind *
kind_of(uint8_t type)
{
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return NULL;
}

/* The structure without what woke the system up; false if it is too long. */
static bool
mask(struct smbios_structure *s)
{
	static uint8_t copy[SYSTEM_ROOM];

	if (s->type != TYPE_SYSTEM || s->formatted <= WAKE_UP)
		return true;
	if (s->bytes.size > sizeof(copy))
		return false;
	memcpy(copy, s->bytes.base, s->bytes.size);
	copy[WAKE_UP] = 0;
	s->bytes.base = copy;
	return true;
}

enum refusal_code
machine_tell(measure_event *tell, void *context, struct refusal *ret_why)
{
	struct span left = machine_structures();
	struct smbios_structure s;
	enum refusal_code code = REFUSAL_NONE;
	bool told = false;

	if (variable_exists(L"LoaderPcrSMBIOS"))
		return REFUSAL_NONE;
	while (!code && smbios_next(&left, &s)) {
		const struct kind *k = kind_of(s.type);

		if (!k || !mask(&s))
			continue;
		code = tell(context,
		        &(struct measured){
		                MEASURED_MACHINE, PCR_MACHINE, k->tag, k->text, s.bytes},
		        ret_why);
		told = true;
	}
	if (!code && told)
		variable_leave_text(L"LoaderPcrSMBIOS", "1");
	return code;
}
