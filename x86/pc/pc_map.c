/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's memory: fw_cfg's etc/e820, one transfer for all entries, or CMOS.
 *
 * QEMU's etc/e820 has RAM from 0 on in one piece: that the BIOS area is none, and what the
 * firmware itself takes, is for the firmware to say.
 */
#include "stub/wire/bootparam.h"
#include "x86/cpu/port.h"
#include "x86/pc/cmos.h"
#include "x86/pc/pc.h"

#define BIOS_AREA     0xa0000ull
#define BIOS_AREA_LEN 0x60000ull
#define PORT_CMOS     0x70
#define NMI_OFF       0x80

static uint8_t
read_cmos(uint8_t reg)
{
	outb(PORT_CMOS, reg | NMI_OFF);
	return inb(PORT_CMOS + 1);
}

static enum refusal_code
read_e820(struct pc *pc, const struct fw_cfg_item *item, struct refusal *ret_why)
{
	const struct zp_e820_entry *e = (const struct zp_e820_entry *)(void *)pc->tables.script;
	uint32_t size = item->size;
	enum refusal_code code;

	if (size > sizeof(pc->tables.script))
		return refuse(ret_why, REFUSAL_MAP_FULL, 0, size / sizeof(*e), MEMMAP_MAX);
	code = pc->items.read(item->selector, FW_CFG_E820, pc->tables.script, size, ret_why);
	for (; !code && size >= sizeof(*e); size -= (uint32_t)sizeof(*e), e++)
		code = memmap_add(pc->map, e->addr, e->size, e->type, ret_why);
	return code;
}

enum refusal_code
pc_map(struct pc *pc, struct refusal *ret_why)
{
	const struct fw_cfg_item *e820 = &pc->items.known->e820;
	enum refusal_code code = e820->selector ? read_e820(pc, e820, ret_why)
	                                        : cmos_map(read_cmos, pc->map, ret_why);

	if (code)
		return code;
	return memmap_add(pc->map, BIOS_AREA, BIOS_AREA_LEN, MEM_RESERVED, ret_why);
}
