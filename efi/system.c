/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel is told of the machine: RSDP, screen, seed, Secure Boot; and which of the
 * firmware's tables lie in memory that would look free to the planner.
 *
 * UEFI 2.10, 4.6 (configuration tables), 12.9 (GOP); Linux include/uapi/linux/screen_info.h.
 */
#include "efi/boot.h"
#include "stub/input/efi_tables.h"
#include "x86/cpu/rng.h"

#define VIDEO_TYPE_EFI 0x70
#define LFB_64BIT      2u /* capabilities: ext_lfb_base counts */

static const EFI_GUID acpi_20 = {
        0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
static const EFI_GUID acpi_10 = {
        0xeb9d2d30, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};

static void
put_le(uint8_t *out, unsigned off, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[off + i] = (uint8_t)(v >> (8 * i));
}

/* Size and position of a colour whose bits are `mask`. */
static void
put_colour(uint8_t *out, unsigned off, uint32_t mask)
{
	unsigned pos = 0, size = 0;

	while (mask && !(mask & 1)) {
		mask >>= 1;
		pos++;
	}
	for (; mask & 1; mask >>= 1)
		size++;
	out[off] = (uint8_t)size;
	out[off + 1] = (uint8_t)pos;
}

static bool
put_pixels(uint8_t *out, const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info, unsigned *ret_depth)
{
	EFI_PIXEL_BITMASK mask = {0xff, 0xff00, 0xff0000, 0xff000000};

	switch (info->PixelFormat) {
	case PixelRedGreenBlueReserved8BitPerColor:
		break;
	case PixelBlueGreenRedReserved8BitPerColor:
		mask.RedMask = 0xff0000;
		mask.BlueMask = 0xff;
		break;
	case PixelBitMask:
		mask = info->PixelInformation;
		break;
	default: /* no linear frame buffer */
		return false;
	}
	put_colour(out, 0x26, mask.RedMask);
	put_colour(out, 0x28, mask.GreenMask);
	put_colour(out, 0x2a, mask.BlueMask);
	put_colour(out, 0x2c, mask.ReservedMask);
	*ret_depth = (unsigned)out[0x26] + out[0x28] + out[0x2a] + out[0x2c];
	return true;
}

static bool
read_screen(uint8_t out[SCREEN_LEN])
{
	EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = protocol_any(&guid);
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	unsigned depth;
	uint64_t line;

	memset(out, 0, SCREEN_LEN);
	if (!gop || !gop->Mode || !gop->Mode->FrameBufferBase)
		return false;
	info = gop->Mode->Info;
	if (!put_pixels(out, info, &depth))
		return false;
	line = (uint64_t)info->PixelsPerScanLine * depth / 8;
	out[0x0f] = VIDEO_TYPE_EFI;
	put_le(out, 0x12, info->HorizontalResolution, 2);
	put_le(out, 0x14, info->VerticalResolution, 2);
	put_le(out, 0x16, depth, 2);
	put_le(out, 0x18, gop->Mode->FrameBufferBase, 4);
	put_le(out, 0x1c, line * info->VerticalResolution, 4);
	put_le(out, 0x24, line, 2);
	put_le(out, 0x32, 1, 2); /* pages */
	if (gop->Mode->FrameBufferBase >> 32) {
		put_le(out, 0x36, LFB_64BIT, 4);
		put_le(out, 0x3a, gop->Mode->FrameBufferBase >> 32, 4);
	}
	return true;
}

bool
system_random(uint8_t *ret_bytes, UINTN len)
{
	EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
	EFI_RNG_PROTOCOL *rng = protocol_any(&guid);

	return (rng && rng->GetRNG(rng, NULL, len, ret_bytes) == EFI_SUCCESS) ||
	       rng_seed(ret_bytes, len);
}

/* The firmware's own page tables map all its memory. */
static bool
anywhere(uint64_t addr, uint64_t len)
{
	(void)addr;
	(void)len;
	return true;
}

/* Tables may lie in boot-services memory, which the plan takes for free. */
static void
keep_tables(struct boot *b)
{
	struct keep keep = {.range = b->fixed, .max = BOOT_FIXED};

	efi_tables_keep((uintptr_t)fw.table, anywhere, &keep);
	b->request.fixed = b->fixed;
	b->request.nr_fixed = keep.count;
}

void
system_read(struct boot *b)
{
	struct plan_request *req = &b->request;

	req->rsdp = config_table(&acpi_20);
	if (!req->rsdp)
		req->rsdp = config_table(&acpi_10);
	req->rng_seed = b->seed;
	req->rng_seed_len = system_random(b->seed, sizeof(b->seed)) ? sizeof(b->seed) : 0;
	req->efi.systab = (uintptr_t)fw.table;
	req->efi.screen_info = read_screen(b->screen) ? b->screen : NULL;
	req->efi.secure_boot = b->secure ? 3 : 2;
	keep_tables(b);
}
