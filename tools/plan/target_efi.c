/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.efi's machine: the firmware's map, or that of OVMF (Debian 12's 2022.11, on q35).
 *
 * The firmware decides at run time where it reads files to. In a map that was taken while they
 * lay in memory they are the loader data; else they go where EDK2 would put them, at the top of
 * the highest free range below 4 GiB.
 */
#include <string.h>

#include "tools/plan/target.h"

#define EFI_DESC  40  /* bytes of a descriptor */
#define EFI_ROOM  48  /* what firmware of today returns for one */
#define OVMF_MORE 120 /* descriptors of a running OVMF beyond those of the table below */

struct ovmf_range {
	uint32_t type; /* EFI_MEMORY_TYPE */
	uint64_t addr, end;
	bool from_end; /* both count down from the end of low memory */
};

/* Neighbours of like use joined; everything between is boot services' or free. */
static const struct ovmf_range ovmf[] = {
        {3, 0, 0x1000, false},
        {7, 0x1000, 0x91000, false},
        {1, 0x91000, 0xa0000, false},
        {7, 0x100000, 0x806000, false},
        {10, 0x806000, 0x808000, false},
        {7, 0x808000, 0x810000, false},
        {10, 0x810000, 0x900000, false},
        {4, 0x900000, 0x1500000, false},
        {4, 0x448b000, 0x446b000, true},
        {7, 0x446b000, 0x2b9f000, true},
        {3, 0x2b9f000, 0x1560000, true},
        {6, 0x1560000, 0x145e000, true},
        {4, 0x145e000, 0xb14000, true},
        {6, 0xb14000, 0xa14000, true},
        {5, 0xa14000, 0x914000, true},
        {0, 0x914000, 0x894000, true},
        {9, 0x894000, 0x882000, true},
        {10, 0x882000, 0x802000, true},
        {4, 0x802000, 0x200000, true},
        {7, 0x200000, 0x17f000, true},
        {4, 0x17f000, 0x10c000, true},
        {6, 0x10c000, 0x88000, true},
        {10, 0x88000, 0, true},
        {0, 0xb0000000, 0xc0000000, false},
        {11, 0xffc00000, 0x100000000, false},
};

#define OVMF_RANGES (sizeof(ovmf) / sizeof(ovmf[0]))

static void
put(uint8_t *out, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

static void
put_desc(uint8_t **out, uint32_t type, uint64_t addr, uint64_t end)
{
	if (end <= addr)
		return;
	memset(*out, 0, EFI_DESC);
	put(*out, type, 4);
	put(*out + 8, addr, 8);
	put(*out + 24, (end - addr) / PAGE, 8);
	*out += EFI_DESC;
}

static enum refusal_code
ovmf_map(struct plan_case *c, uint64_t memory)
{
	uint64_t low = memory < 2816 * MIB ? memory : 2 * GIB, high = memory - low;
	uint8_t raw[(OVMF_RANGES + 2) * EFI_DESC], *out = raw;

	for (size_t i = 0; i < OVMF_RANGES; i++) {
		const struct ovmf_range *r = &ovmf[i];

		if (r->from_end && low > r->addr)
			put_desc(&out, r->type, low - r->addr, low - r->end);
		else if (!r->from_end)
			put_desc(&out, r->type, r->addr, r->end);
	}
	put_desc(&out, 7, 0x1500000, low > 0x448b000 ? low - 0x448b000 : 0);
	put_desc(&out, 7, 4 * GIB, 4 * GIB + high);
	return efi_map_read(
	        (struct span){raw, (uint64_t)(out - raw)}, EFI_DESC, &c->efi, &c->why);
}

static bool
is_busy(const struct efi_map *m, struct range r, uint64_t *ret_below)
{
	for (uint32_t i = 0; i < m->nr_busy; i++) {
		if (range_overlaps(m->busy[i].range, r)) {
			*ret_below = m->busy[i].range.addr;
			return true;
		}
	}
	return false;
}

/* The highest free place below 4 GiB; 0 if there is none. */
static uint64_t
highest_free(const struct efi_map *m, uint64_t len)
{
	for (uint32_t i = m->map.count; i-- > 0;) {
		const struct mem_range *e = &m->map.entry[i];
		uint64_t end = range_end(e->range) < 4 * GIB ? range_end(e->range) : 4 * GIB;

		while (e->type == MEM_RAM && end > e->range.addr &&
		        end - e->range.addr >= len) {
			struct range r = {end - len, len};

			if (!is_busy(m, r, &end))
				return r.addr;
		}
	}
	return 0;
}

/* Loader data of the map that is large enough and not taken yet; 0 if there is none. */
static uint64_t
in_loader_data(const struct plan_case *c, struct range *left, uint64_t len)
{
	for (uint32_t i = 0; i < c->given.loaders; i++) {
		if (left[i].len >= len) {
			left[i].len -= len;
			return range_end(left[i]);
		}
	}
	return 0;
}

/* Where the firmware reads the files to: they are loader data, and busy, then. */
static enum refusal_code
place_files(struct plan_case *c)
{
	struct range left[PLAN_BLOBS];

	memcpy(left, c->given.loader, sizeof(left));
	for (uint32_t f = 0; f < c->files; f++) {
		uint64_t len, addr = 0;

		if (!align_up(c->file[f].bytes.size, PAGE, &len))
			len = c->file[f].bytes.size;
		if (len)
			addr = in_loader_data(c, left, len);
		if (!addr && len)
			addr = highest_free(&c->efi, len);
		if (!addr && len) {
			refuse(&c->why, REFUSAL_EFI_MEMORY, 0, len, 0);
			c->why.subject = c->file[f].path;
			return c->why.code;
		}
		for (uint32_t i = 0; i < c->req.blobs && len; i++) {
			struct blob *b = &c->req.blob[i];

			if (b->where == BLOB_STREAM && b->handle == f) {
				b->where = BLOB_SPACE;
				b->addr += addr;
			}
		}
		if (len && c->efi.nr_busy < EFI_MAP_BUSY)
			c->efi.busy[c->efi.nr_busy++] =
			        (struct named_range){"loader data", {addr, len}};
	}
	return REFUSAL_NONE;
}

enum refusal_code
target_efi(struct plan_case *c, uint64_t memory)
{
	enum refusal_code code = REFUSAL_NONE;
	uint64_t descs = OVMF_RANGES + OVMF_MORE;

	if (case_map_is_given(c)) {
		c->efi = c->given.efi;
		descs = c->given.efi_descs;
	} else {
		code = ovmf_map(c, memory);
	}
	if (!code)
		code = place_files(c);
	c->req.map = &c->efi.map;
	c->req.busy = c->efi.busy;
	c->req.nr_busy = c->efi.nr_busy;
	body_limits(c->body, &c->req);
	c->req.efi.systab = PAGE; /* any address: it only says that this is UEFI */
	c->req.efi.map_room = body_efi_map_room(descs * EFI_ROOM, EFI_ROOM);
	return code;
}
