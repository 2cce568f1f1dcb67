/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads fw_cfg items by DMA, or through the data port where there is no DMA (QEMU
 * docs/specs/fw_cfg.rst). What DMA copies costs the guest no instruction.
 *
 * All fields of a DMA request are big-endian, its low address word starts it (the high one is 0
 * after a reset and after each request), and its control word is 0, or the error bit, when it
 * is done.
 */
#include "x86/boot/fw_cfg.h"
#include "x86/cpu/port.h"

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

enum fw_cfg_access fw_cfg_access;

/* The item that is selected (0: none that goes on), and how far it has been read. */
static struct {
	uint32_t selector;
	uint64_t position;
} last;

static struct {
	uint32_t count;
	uint8_t entry[DIRECTORY_ROOM * FW_CFG_ENTRY_LEN];
} directory;

/* Would the device go on at the start of [off, ...) of that item, or before it? */
static bool
goes_on(uint32_t selector, uint64_t off)
{
	return selector && last.selector == selector && off >= last.position;
}

/* Select through the port and read, for the items that tell what the device can. */
static uint32_t
port_read32(uint16_t item)
{
	uint32_t v = 0;

	outw(PORT_FW_CFG_SELECTOR, item);
	insb(PORT_FW_CFG_DATA, &v, sizeof(v));
	last.selector = 0;
	return v;
}

bool
fw_cfg_present(void)
{
	if (fw_cfg_access == FW_CFG_UNKNOWN) {
		if (inl(PORT_FW_CFG_DMA) == SIGNATURE)
			fw_cfg_access = FW_CFG_DMA;
		else if (port_read32(ITEM_SIGNATURE) != SIGNATURE)
			fw_cfg_access = FW_CFG_ABSENT;
		else
			fw_cfg_access = FW_CFG_PORT;
	}
	return fw_cfg_access != FW_CFG_ABSENT;
}

static volatile struct dma_request request;

/* Wait for what start() began; false on an error or if the device does not answer. */
static bool
wait(void)
{
	unsigned patience = DMA_PATIENCE;

	while (request.control & ~__builtin_bswap32(FW_CFG_ERROR)) {
		if (!--patience)
			return false;
	}
	return !request.control;
}

static inline void
start(uint32_t control, uint64_t address, uint32_t length)
{
	uint32_t at = (uint32_t)(uintptr_t)&request; /* kshim lies below 4 GiB */

	request.control = __builtin_bswap32(control);
	request.length = __builtin_bswap32(length);
	request.address = __builtin_bswap64(address);
	outl(PORT_FW_CFG_DMA + 4, __builtin_bswap32(at));
}

/* Move on by `len` bytes: FW_CFG_READ them to `dst` or FW_CFG_SKIP them; selects first if
 * asked. */
static bool
advance_dma(uint32_t op, uint32_t select, uint64_t dst, uint64_t len)
{
	while (len || select) {
		uint32_t n = len < DMA_PIECE ? (uint32_t)len : DMA_PIECE;

		start(op | select, dst, n);
		if (!wait())
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

static void
read_by_port(uint32_t selector, uint64_t off, void *dst, uint64_t len)
{
	if (!goes_on(selector, off)) {
		outw(PORT_FW_CFG_SELECTOR, (uint16_t)selector);
		last.position = 0;
	}
	skip_port(off - last.position);
	insb(PORT_FW_CFG_DATA, dst, len);
}

static bool
read_by_dma(uint32_t selector, uint64_t off, void *dst, uint64_t len)
{
	uint32_t select = 0;

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
	last.selector = 0;
	refuse(ret_why, REFUSAL_FW_CFG_ERROR, off, 0, len);
	ret_why->subject = "fw_cfg";
	ret_why->detail = name;
	return ret_why->code;
}

enum refusal_code
fw_cfg_read(uint32_t selector, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	if (fw_cfg_access != FW_CFG_DMA)
		read_by_port(selector, off, dst, len);
	else if (!read_by_dma(selector, off, dst, len))
		return failed(name, off, len, ret_why);
	last.selector = selector;
	last.position = off + len;
	return REFUSAL_NONE;
}

/* The end of fw_cfg_get() where the device does not answer at once. */
static enum refusal_code
wait_for(uint32_t selector, const char *name, uint32_t len, struct refusal *ret_why)
{
	if (!wait())
		return failed(name, 0, len, ret_why);
	last.selector = selector;
	last.position = len;
	return REFUSAL_NONE;
}

enum refusal_code
fw_cfg_get(
        uint32_t selector, const char *name, void *dst, uint32_t len, struct refusal *ret_why)
{
	if (fw_cfg_access != FW_CFG_DMA)
		return fw_cfg_read(selector, name, 0, dst, len, ret_why);
	start(selector << 16 | FW_CFG_SELECT_READ, (uintptr_t)dst, len);
	if (request.control)
		return wait_for(selector, name, len, ret_why);
	last.selector = selector;
	last.position = len;
	return REFUSAL_NONE;
}

enum refusal_code
fw_cfg_stream(uint32_t handle, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	uint32_t setup = handle & ~FW_CFG_PAIR;
	uint64_t first = 0; /* bytes out of the setup */
	enum refusal_code code = REFUSAL_NONE;

	if (!(handle & FW_CFG_PAIR))
		return off || len > UINT32_MAX
		               ? fw_cfg_read(handle, name, off, dst, len, ret_why)
		               : fw_cfg_get(handle, name, dst, (uint32_t)len, ret_why);
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
	bool ok = fw_cfg_access == FW_CFG_DMA &&
	          advance_dma(FW_CFG_SKIP, selector << 16 | FW_CFG_SELECT, 0, off) &&
	          advance_dma(FW_CFG_WRITE, 0, (uintptr_t)src, len);

	last.selector = 0;
	return ok ? REFUSAL_NONE : failed(name, off, len, ret_why);
}

struct span
fw_cfg_directory(void)
{
	return (struct span){directory.entry,
	        (uint64_t)__builtin_bswap32(directory.count) * FW_CFG_ENTRY_LEN};
}

enum refusal_code
fw_cfg_list(struct fw_cfg_items *items, struct refusal *ret_why)
{
	static const char name[] = "directory";
	const uint64_t first = DIRECTORY_FIRST * FW_CFG_ENTRY_LEN;
	uint64_t size;
	enum refusal_code code;

	if (!fw_cfg_present())
		return REFUSAL_NONE;
	code = fw_cfg_get(
	        ITEM_DIRECTORY, name, &directory, sizeof(directory.count) + first, ret_why);
	if (code)
		return code;
	size = fw_cfg_directory().size;
	if (size > sizeof(directory.entry))
		return refuse(ret_why, REFUSAL_FW_CFG_FILES, 0, size / FW_CFG_ENTRY_LEN,
		        DIRECTORY_ROOM);
	if (size > first)
		code = fw_cfg_read(ITEM_DIRECTORY, name, sizeof(directory.count) + first,
		        directory.entry + first, size - first, ret_why);
	return code ? code : fw_cfg_take(items, fw_cfg_directory(), ret_why);
}
