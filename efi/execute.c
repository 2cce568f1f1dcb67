/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the plan from the firmware's memory map, leaves boot services, and carries it out.
 *
 * UEFI 2.10, 7.4.6: ExitBootServices wants the newest map, and after its first failure only
 * GetMemoryMap and itself may be called; so all memory is taken before, the structures are
 * written again for each try, and nothing allocates. The firmware may do so until it is left,
 * its page tables included, wherever memory was free for the plan: so all moves are the
 * trampoline's, which needs nothing but pages that we hold.
 */
#include "efi/boot.h"
#include "stub/body/body.h"
#include "stub/body/make_moves.h"
#include "stub/handoff/handoff.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/jump.h"

#define PLAN_TRIES 4
#define EXIT_TRIES 8

/* The firmware's map as it gave it. */
struct raw_map {
	uint64_t addr; /* pages of ours */
	UINTN room, len, key, desc_size;
	UINT32 desc_version;
};

static enum refusal_code
get_map(struct raw_map *raw, struct efi_map *ret_map, struct refusal *ret_why)
{
	EFI_MEMORY_DESCRIPTOR *desc = (EFI_MEMORY_DESCRIPTOR *)(uintptr_t)raw->addr;
	EFI_STATUS status;

	raw->len = raw->room;
	status = fw.boot->GetMemoryMap(
	        &raw->len, desc, &raw->key, &raw->desc_size, &raw->desc_version);
	if (status != EFI_SUCCESS)
		return firmware_failed("GetMemoryMap", status, ret_why);
	return efi_map_read((struct span){(const uint8_t *)desc, raw->len}, raw->desc_size,
	        ret_map, ret_why);
}

/* Room for the map as it is now and somewhat more. */
static enum refusal_code
make_map_room(struct raw_map *raw, struct refusal *ret_why)
{
	EFI_STATUS status;

	*raw = (struct raw_map){.len = 0};
	status = fw.boot->GetMemoryMap(
	        &raw->len, NULL, &raw->key, &raw->desc_size, &raw->desc_version);
	if (status != EFI_BUFFER_TOO_SMALL)
		return firmware_failed("GetMemoryMap", status, ret_why);
	raw->room = body_efi_map_room(raw->len, raw->desc_size);
	return pages_get(raw->room, "the firmware's memory map", &raw->addr, ret_why);
}

/* Is the placement written before the firmware is left? Its pages must be ours then. */
static bool
is_taken(const struct placement *p)
{
	return handoff_writes(p) || p->kind == PLACE_TRAMPOLINE || p->kind == PLACE_EFI_MAP;
}

/* Take the pages of what is written early; if one is gone give back the others. */
static bool
take_places(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->placements; i++) {
		if (!is_taken(&plan->placement[i]) || pages_take(plan->placement[i].range))
			continue;
		while (i--) {
			if (is_taken(&plan->placement[i]))
				pages_free(plan->placement[i].range.addr);
		}
		return false;
	}
	return true;
}

#define MEMORY_RO 0x20000u /* EFI_MEMORY_RO, which gnu-efi does not have */

/*
 * UEFI 2.10, 37 (EFI_MEMORY_ATTRIBUTE_PROTOCOL): firmware that lets no new page be executed
 * must let the trampoline, which also writes to itself. If there is no such protocol there is
 * no need.
 */
struct memory_attributes {
	void *get, *set;
	EFI_STATUS(EFIAPI *clear)
	(struct memory_attributes *, EFI_PHYSICAL_ADDRESS, UINT64 len, UINT64 attributes);
};

static enum refusal_code
allow_trampoline(const struct plan *plan, struct refusal *ret_why)
{
	EFI_GUID guid = {
	        0xf4560cf6, 0x40ec, 0x4b4a, {0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89}};
	struct memory_attributes *p = protocol_any(&guid);
	struct range r = plan_find(plan, PLACE_TRAMPOLINE)->range;
	EFI_STATUS status;

	if (!p)
		return REFUSAL_NONE;
	status = p->clear(p, r.addr, (r.len + PAGE - 1) & ~(PAGE - 1),
	        EFI_MEMORY_XP | EFI_MEMORY_RP | MEMORY_RO);
	if (status != EFI_SUCCESS)
		return firmware_failed("ClearMemoryAttributes", status, ret_why);
	return REFUSAL_NONE;
}

static enum refusal_code
make_plan(struct boot *b, struct raw_map *raw, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	enum refusal_code code;

	for (unsigned i = 0; i < PLAN_TRIES; i++) {
		code = get_map(raw, &b->map, ret_why);
		req->map = &b->map.map;
		req->busy = b->map.busy;
		req->nr_busy = b->map.nr_busy;
		if (!code)
			code = plan_x86_make(req, &b->plan, ret_why);
		moves_make_late(&b->plan);
		if (code || take_places(&b->plan))
			return code;
	}
	return firmware_failed("AllocatePages", EFI_OUT_OF_RESOURCES, ret_why);
}

/* Is everything still RAM that the plan takes for it? */
static enum refusal_code
check_places(const struct boot *b, struct refusal *ret_why)
{
	for (uint32_t i = 0; i < b->plan.placements; i++) {
		const struct placement *p = &b->plan.placement[i];

		if (!p->range.len || memmap_is_ram(&b->map.map, p->range))
			continue;
		refuse(ret_why, REFUSAL_PLAN_KERNEL_PLACE, 0, 0, 0);
		ret_why->subject = "the firmware";
		ret_why->a = (struct named_range){p->name, p->range};
		ret_why->b = (struct named_range){"memory that it has taken", {0, 0}};
		return ret_why->code;
	}
	return REFUSAL_NONE;
}

/* All structures, as the newest map wants them. */
static enum refusal_code
write_structures(struct boot *b, const struct raw_map *raw, struct refusal *ret_why)
{
	enum refusal_code code = check_places(b, ret_why);

	b->request.efi.map_len = raw->len;
	b->request.efi.desc_size = (uint32_t)raw->desc_size;
	b->request.efi.desc_version = raw->desc_version;
	for (uint32_t i = 0; !code && i < b->plan.placements; i++) {
		const struct placement *p = &b->plan.placement[i];
		uint8_t *out = (uint8_t *)(uintptr_t)p->range.addr;

		if (handoff_writes(p))
			code = handoff_write(
			        &b->request, &b->plan, &b->map.map, p, out, ret_why);
		else if (p->kind == PLACE_EFI_MAP)
			memcpy(out, (const void *)(uintptr_t)raw->addr, raw->len);
	}
	return code;
}

static enum refusal_code
leave_firmware(struct boot *b, struct raw_map *raw, struct refusal *ret_why)
{
	EFI_STATUS status = EFI_INVALID_PARAMETER;

	for (unsigned i = 0; i < EXIT_TRIES && status == EFI_INVALID_PARAMETER; i++) {
		enum refusal_code code = get_map(raw, &b->map, ret_why);

		if (!code)
			code = write_structures(b, raw, ret_why);
		if (code)
			return code;
		status = fw.boot->ExitBootServices(fw.image, raw->key);
		if (status == EFI_SUCCESS)
			return REFUSAL_NONE;
	}
	return firmware_failed("ExitBootServices", status, ret_why);
}

/* The kernel has its own copy; ours lies in memory that it takes for free. */
static void
wipe_seed(struct boot *b)
{
	memset(b->seed, 0, sizeof(b->seed));
	__asm__ volatile("" : : : "memory"); /* so that the compiler does not leave it out */
}

enum refusal_code
execute(struct boot *b, struct refusal *ret_why)
{
	struct raw_map raw;
	enum refusal_code code = make_map_room(&raw, ret_why);

	if (code)
		return code;
	b->request.kernel = &b->facts;
	body_limits(BODY_EFI, &b->request);
	b->request.gb_pages = cpu_has_gb_pages();
	b->request.efi.map_room = raw.room;
	code = make_plan(b, &raw, ret_why);
	if (!code)
		code = allow_trampoline(&b->plan, ret_why);
	if (!code && !b->words.quiet)
		report_plan(b);
	if (!code)
		code = leave_firmware(b, &raw, ret_why);
	if (code)
		return code;
	wipe_seed(b);
	__asm__ volatile("cli");
	jump_to_kernel(&b->plan);
	return REFUSAL_NONE;
}
