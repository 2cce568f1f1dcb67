/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads fw_cfg items by DMA, or through the data port where there is no DMA (QEMU
 * docs/specs/fw_cfg.rst). What DMA copies costs the guest no instruction.
 *
 * All fields of a DMA request are big-endian, its low address word starts it (the high one is 0
 * after a reset and after each request), and its control word is 0, or the error bit, when it
 * is done.
 */
#include "x86/fw_cfg.h"
#include "x86/port.h"

#define ITEM_SIGNATURE  0x00 /* reads "QEMU" */
#define ITEM_DIRECTORY  0x19
#define SIGNATURE       0x554d4551 /* "QEMU", also read from the DMA port if there is DMA */
#define DIRECTORY_FIRST 32         /* entries read at once: all of them, on most machines */
#define DIRECTORY_ROOM  512

#define DMA_PATIENCE 100000000
#define DMA_PIECE    (1u << 30) /* longest transfer in one go, bytes */

struct dma_request {
	uint32_t control;
	uint32_t length;
	uint64_t address;
};

static enum { UNKNOWN, ABSENT, PORT, DMA } access;
/* The item that is selected, and how far it has been read. */
static struct last {
	bool valid;
	uint32_t selector;
	uint64_t position;
} last;
#define NOTHING ((struct last){.valid = false})

/* Would the device go on at the start of [off, ...) of that item, or before it? */
static bool
goes_on(uint32_t selector, uint64_t off)
{
	return last.valid && last.selector == selector && off >= last.position;
}

/* Select through the port and read, for the items that tell what the device can. */
static uint32_t
port_read32(uint16_t item)
{
	uint32_t v = 0;

	outw(PORT_FW_CFG_SELECTOR, item);
	insb(PORT_FW_CFG_DATA, &v, sizeof(v));
	last = NOTHING;
	return v;
}

bool
fw_cfg_present(void)
{
	if (access == UNKNOWN) {
		if (inl(PORT_FW_CFG_DMA) == SIGNATURE)
			access = DMA;
		else if (port_read32(ITEM_SIGNATURE) != SIGNATURE)
			access = ABSENT;
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
	outl(PORT_FW_CFG_DMA + 4, __builtin_bswap32(at));
	while (r.control & ~__builtin_bswap32(FW_CFG_ERROR)) {
		if (!--patience)
			return false;
	}
	return !r.control;
}

/* Move on by `len` bytes: FW_CFG_READ them to `dst` or FW_CFG_SKIP them; selects first if
 * asked. */
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
	if (!goes_on(selector, off)) {
		outw(PORT_FW_CFG_SELECTOR, (uint16_t)selector);
		last.position = 0;
	}
	skip_port(off - last.position);
	insb(PORT_FW_CFG_DATA, dst, len);
	return true;
}

static bool
read_by_dma(uint32_t selector, uint64_t off, void *dst, uint64_t len)
{
	uint32_t select = 0;

	if (!off && len < DMA_PIECE) /* the usual one */
		return dma_request(
		        selector << 16 | FW_CFG_SELECT_READ, (uintptr_t)dst, (uint32_t)len);
	if (!goes_on(selector, off)) {
		select = selector << 16 | FW_CFG_SELECT;
		last.position = 0;
	}
	if (off != last.position) {
		if (!advance_dma(FW_CFG_SKIP, select, 0, off - last.position))
			return false;
		select = 0;
	}
	return advance_dma(FW_CFG_READ, select, (uintptr_t)dst, len);
}

static enum refusal_code
failed(const char *name, uint64_t off, uint64_t len, struct refusal *ret_why)
{
	refuse(ret_why, REFUSAL_FW_CFG_ERROR, off, 0, len);
	ret_why->subject = "fw_cfg";
	ret_why->detail = name;
	return ret_why->code;
}

enum refusal_code
fw_cfg_read(uint32_t selector, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	bool ok = access == DMA ? read_by_dma(selector, off, dst, len)
	                        : read_by_port(selector, off, dst, len);

	last = ok ? (struct last){.valid = true, selector, off + len} : NOTHING;
	return ok ? REFUSAL_NONE : failed(name, off, len, ret_why);
}

enum refusal_code
fw_cfg_stream(uint32_t handle, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	uint32_t setup = handle >> 16;
	uint64_t first = 0; /* bytes out of the setup */
	enum refusal_code code = REFUSAL_NONE;

	if (!setup)
		return fw_cfg_read(handle, name, off, dst, len, ret_why);
	if (off < setup) {
		first = len < setup - off ? len : setup - off;
		code = fw_cfg_read(FW_CFG_LEGACY_SETUP_DATA, name, off, dst, first, ret_why);
	}
	if (!code && first < len)
		code = fw_cfg_read(FW_CFG_LEGACY_KERNEL_DATA, name, off + first - setup,
		        (uint8_t *)dst + first, len - first, ret_why);
	return code;
}

enum refusal_code
fw_cfg_write(uint32_t selector, const char *name, uint64_t off, const void *src, uint64_t len,
        struct refusal *ret_why)
{
	bool ok = access == DMA &&
	          advance_dma(FW_CFG_SKIP, selector << 16 | FW_CFG_SELECT, 0, off) &&
	          advance_dma(FW_CFG_WRITE, 0, (uintptr_t)src, len);

	last = NOTHING;
	return ok ? REFUSAL_NONE : failed(name, off, len, ret_why);
}

enum refusal_code
fw_cfg_directory(struct span *ret_directory, struct refusal *ret_why)
{
	static struct {
		uint32_t count;
		uint8_t entry[DIRECTORY_ROOM * FW_CFG_ENTRY_LEN];
	} directory;
	const uint64_t first = sizeof(directory.count) + DIRECTORY_FIRST * FW_CFG_ENTRY_LEN;
	uint32_t count = 0;
	uint64_t end = first;
	enum refusal_code code = REFUSAL_NONE;

	if (fw_cfg_present()) {
		code = fw_cfg_read(ITEM_DIRECTORY, "directory", 0, &directory, first, ret_why);
		count = __builtin_bswap32(directory.count);
		end = sizeof(directory.count) + (uint64_t)count * FW_CFG_ENTRY_LEN;
	}
	if (!code && count > DIRECTORY_ROOM)
		code = refuse(ret_why, REFUSAL_FW_CFG_FILES, 0, count, DIRECTORY_ROOM);
	if (!code && end > first)
		code = fw_cfg_read(ITEM_DIRECTORY, "directory", first,
		        (uint8_t *)&directory + first, end - first, ret_why);
	if (!code)
		*ret_directory = (struct span){directory.entry, count * FW_CFG_ENTRY_LEN};
	return code;
}

enum refusal_code
fw_cfg_list(struct fw_cfg_items *ret_items, struct refusal *ret_why)
{
	struct span all = {NULL, 0};
	enum refusal_code code = fw_cfg_directory(&all, ret_why);

	*ret_items = (struct fw_cfg_items){.kernel = {0, 0}};
	for (uint64_t off = 0; !code && off < all.size; off += FW_CFG_ENTRY_LEN)
		code = fw_cfg_take_entry(
		        ret_items, (struct span){all.base + off, FW_CFG_ENTRY_LEN}, ret_why);
	return code;
}
