/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads fw_cfg items by DMA, or through the data port where there is no DMA (QEMU
 * docs/specs/fw_cfg.rst). What DMA copies costs the guest no instruction.
 *
 * All fields of a DMA request are big-endian, its low address word starts it, and its control
 * word is 0, or the error bit, when it is done.
 */
#include "x86/fw_cfg.h"
#include "x86/port.h"

#define ITEM_SIGNATURE 0x00 /* reads "QEMU" */
#define ITEM_FEATURES  0x01
#define ITEM_DIRECTORY 0x19
#define FEATURE_DMA    0x02
#define DIRECTORY_PART 32 /* entries read at a time: all of them, on most machines */

#define DMA_ERROR    0x01
#define DMA_READ     0x02
#define DMA_SKIP     0x04
#define DMA_SELECT   0x08
#define DMA_PATIENCE 100000000
#define DMA_PIECE    (1u << 30) /* longest transfer in one go, bytes */

struct dma_request {
	uint32_t control;
	uint32_t length;
	uint64_t address;
};

static enum { UNKNOWN, ABSENT, PORT, DMA } access;
/* The item that is selected, and how far it has been read. */
static uint32_t selected = UINT32_MAX;
static uint64_t position;

/* Select through the port and read, for the items that tell what the device can. */
static uint32_t
port_read32(uint16_t item)
{
	uint32_t v = 0;

	outw(PORT_FW_CFG_SELECTOR, item);
	insb(PORT_FW_CFG_DATA, &v, sizeof(v));
	selected = UINT32_MAX;
	return v;
}

bool
fw_cfg_present(void)
{
	if (access == UNKNOWN) {
		if (port_read32(ITEM_SIGNATURE) != 0x554d4551) /* "QEMU" */
			access = ABSENT;
		else if (port_read32(ITEM_FEATURES) & FEATURE_DMA)
			access = DMA;
		else
			access = PORT;
	}
	return access != ABSENT;
}

/* One request; false on an error or if the device does not answer. */
static bool
dma_request(uint32_t control, uint64_t address, uint32_t length)
{
	static volatile struct dma_request r;
	uint32_t at = (uint32_t)(uintptr_t)&r; /* kshim lies below 4 GiB */
	unsigned patience = DMA_PATIENCE;

	r.control = __builtin_bswap32(control);
	r.length = __builtin_bswap32(length);
	r.address = __builtin_bswap64(address);
	outl(PORT_FW_CFG_DMA, 0);
	outl(PORT_FW_CFG_DMA + 4, __builtin_bswap32(at));
	while (r.control & ~__builtin_bswap32(DMA_ERROR)) {
		if (!--patience)
			return false;
	}
	return !r.control;
}

/* Move on by `len` bytes: DMA_READ them to `dst` or DMA_SKIP them; selects first if asked. */
static bool
advance_dma(uint32_t op, uint32_t select, uint64_t dst, uint64_t len)
{
	while (len || select) {
		uint32_t n = len < DMA_PIECE ? (uint32_t)len : DMA_PIECE;

		if (!dma_request(op | select, dst, n))
			return false;
		select = 0;
		dst += n;
		len -= n;
	}
	return true;
}

static void
skip_port(uint64_t len)
{
	while (len--)
		inb(PORT_FW_CFG_DATA);
}

static bool
read_by_port(uint32_t selector, uint64_t off, void *dst, uint64_t len)
{
	if (selector != selected || off < position) {
		outw(PORT_FW_CFG_SELECTOR, (uint16_t)selector);
		position = 0;
	}
	skip_port(off - position);
	insb(PORT_FW_CFG_DATA, dst, len);
	return true;
}

static bool
read_by_dma(uint32_t selector, uint64_t off, void *dst, uint64_t len)
{
	uint32_t select = 0;

	if (selector != selected || off < position) {
		select = selector << 16 | DMA_SELECT;
		position = 0;
	}
	if (off != position) {
		if (!advance_dma(DMA_SKIP, select, 0, off - position))
			return false;
		select = 0;
	}
	return advance_dma(DMA_READ, select, (uintptr_t)dst, len);
}

enum refusal_code
fw_cfg_read(uint32_t selector, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	bool ok = access == DMA ? read_by_dma(selector, off, dst, len)
	                        : read_by_port(selector, off, dst, len);

	if (!ok) {
		selected = UINT32_MAX;
		refuse(ret_why, REFUSAL_FW_CFG_ERROR, off, 0, len);
		ret_why->subject = "fw_cfg";
		ret_why->detail = name;
		return ret_why->code;
	}
	selected = selector;
	position = off + len;
	return REFUSAL_NONE;
}

enum refusal_code
fw_cfg_list(struct fw_cfg_items *ret_items, struct refusal *ret_why)
{
	static uint8_t part[DIRECTORY_PART * FW_CFG_ENTRY_LEN];
	uint32_t count = 0;
	enum refusal_code code;

	*ret_items = (struct fw_cfg_items){.kernel = {0, 0}};
	if (!fw_cfg_present())
		return REFUSAL_NONE;
	code = fw_cfg_read(ITEM_DIRECTORY, "directory", 0, &count, sizeof(count), ret_why);
	count = __builtin_bswap32(count);
	for (uint32_t i = 0; !code && i < count; i++) {
		uint64_t off = (uint64_t)i * FW_CFG_ENTRY_LEN;
		struct span entry = {part + off % sizeof(part), FW_CFG_ENTRY_LEN};

		if (off % sizeof(part) == 0)
			code = fw_cfg_read(ITEM_DIRECTORY, "directory", sizeof(count) + off,
			        part, sizeof(part), ret_why);
		if (!code)
			code = fw_cfg_take_entry(ret_items, entry, ret_why);
	}
	return code;
}
