/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads fw_cfg items by DMA.
 *
 * QEMU docs/specs/fw_cfg.rst: data register at 0, selector at 8, DMA address at 16, all
 * big-endian. A request starts when the DMA address is written as one 64-bit number, and is
 * done when its control word is 0, or the error bit.
 */
#include "riscv/boot/fw_cfg.h"

#define REG_DATA     0
#define REG_SELECTOR 8
#define REG_DMA      16
#define REGS_LEN     24

#define ITEM_SIGNATURE 0x00 /* reads "QEMU" */
#define ITEM_FEATURES  0x01
#define ITEM_DIRECTORY 0x19
#define FEATURE_DMA    0x02

#define DMA_ERROR    0x01u
#define DMA_READ     0x02u
#define DMA_SKIP     0x04u
#define DMA_SELECT   0x08u
#define DMA_PATIENCE 100000000
#define DMA_PIECE    (1u << 30) /* longest transfer in one go, bytes */

struct dma_request {
	uint32_t control, length;
	uint64_t address;
};

static uintptr_t device;

static uint32_t
swap32(uint32_t v)
{
	return v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24;
}

static uint64_t
swap64(uint64_t v)
{
	return (uint64_t)swap32((uint32_t)v) << 32 | swap32((uint32_t)(v >> 32));
}

/* Four bytes of an item through the data register, as a little-endian number. */
static uint32_t
read32(uint16_t item)
{
	uint32_t v = 0;

	*(volatile uint16_t *)(device + REG_SELECTOR) = (uint16_t)(item >> 8 | item << 8);
	for (unsigned i = 0; i < 4; i++)
		v |= (uint32_t) * (volatile uint8_t *)(device + REG_DATA) << 8 * i;
	return v;
}

static bool
dma_request(uint32_t control, uint64_t address, uint32_t length)
{
	static volatile struct dma_request r;
	unsigned patience = DMA_PATIENCE;

	r.control = swap32(control);
	r.length = swap32(length);
	r.address = swap64(address);
	__asm__ volatile("fence rw, rw" ::: "memory");
	*(volatile uint64_t *)(device + REG_DMA) = swap64((uintptr_t)&r);
	while (r.control & ~swap32(DMA_ERROR)) {
		if (!--patience)
			return false;
	}
	__asm__ volatile("fence rw, rw" ::: "memory");
	return !r.control;
}

/* Move on by `len` bytes: DMA_READ them to `dst` or DMA_SKIP them; selects first if asked. */
static bool
advance(uint32_t op, uint32_t select, uint64_t dst, uint64_t len)
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

enum refusal_code
fw_cfg_read(uint32_t selector, const char *name, uint64_t off, void *dst, uint64_t len,
        struct refusal *ret_why)
{
	if (advance(DMA_SKIP, selector << 16 | DMA_SELECT, 0, off) &&
	        advance(DMA_READ, 0, (uintptr_t)dst, len))
		return REFUSAL_NONE;
	refuse(ret_why, REFUSAL_FW_CFG_ERROR, off, 0, len);
	ret_why->subject = "fw_cfg";
	ret_why->detail = name;
	return ret_why->code;
}

enum refusal_code
fw_cfg_list(struct range reg, struct fw_cfg_items *ret_items, struct refusal *ret_why)
{
	uint8_t entry[FW_CFG_ENTRY_LEN];
	uint32_t count = 0;
	enum refusal_code code;

	*ret_items = (struct fw_cfg_items){.kernel = {0, 0}};
	device = reg.addr;
	if (reg.len < REGS_LEN || read32(ITEM_SIGNATURE) != 0x554d4551 || /* "QEMU" */
	        !(read32(ITEM_FEATURES) & FEATURE_DMA))
		return REFUSAL_NONE;
	code = fw_cfg_read(ITEM_DIRECTORY, "directory", 0, &count, sizeof(count), ret_why);
	count = swap32(count);
	for (uint32_t i = 0; !code && i < count; i++) {
		code = fw_cfg_read(ITEM_DIRECTORY, "directory",
		        sizeof(count) + (uint64_t)i * sizeof(entry), entry, sizeof(entry),
		        ret_why);
		if (!code)
			code = fw_cfg_take(
			        ret_items, (struct span){entry, sizeof(entry)}, ret_why);
	}
	return code;
}
