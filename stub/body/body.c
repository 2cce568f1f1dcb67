/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bodies' numbers for the planner; see body.h.
 */
#include "body.h"
#include "stub/handoff/entry.h"
#include "stub/input/fw_cfg_items.h"

/* Where BIOSes keep their data, and multiprocessor tables are looked for. */
#define EBDA     0x9fc00ull
#define EBDA_LEN 0x400ull

#define RISCV_KEEP_STEP (2 * MIB)

_Static_assert(FW_CFG_INITRDS == PLAN_BLOBS - 1, "the kernel, and initrds by fw_cfg");

uint64_t
body_trampoline_len(void)
{
	return BODY_TRAMPOLINE_CODE + sizeof(struct machine_state) +
	       PLAN_MOVES * sizeof(struct move);
}

void
body_limits(enum body body, struct plan_request *req)
{
	bool inside = body == BODY_PC || body == BODY_EFI;

	req->trampoline_len = inside ? body_trampoline_len() : 0;
	req->own_tables = body == BODY_PC;
	req->map_spare = body == BODY_EFI ? BODY_EFI_SPARE : 0;
}

struct named_range
body_bios_data(void)
{
	return (struct named_range){"BIOS data", {EBDA, EBDA_LEN}};
}

uint64_t
body_efi_map_room(uint64_t len, uint64_t desc_size)
{
	return len + BODY_EFI_SPARE * desc_size;
}

struct range
body_riscv_keep(uint64_t start, uint64_t end)
{
	uint64_t up;

	if (align_up(end, RISCV_KEEP_STEP, &up))
		end = up;
	start = align_down(start, PAGE);
	return (struct range){start, end - start};
}

enum refusal_code
body_riscv_request(struct body_riscv *b, struct plan_request *req, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	req->map = &b->machine->map;
	b->kernels_tree = (struct fdt_boot){.from = b->tree,
	        .machine = b->machine,
	        .bootargs = {(const uint8_t *)req->cmdline.text, req->cmdline.len},
	        .initrd = {0, req->blobs > 1},
	        .keep = b->keep,
	        .boot_hart = b->boot_hart};
	if (b->guest) {
		code = riscv_machine_guest_map(b->machine, b->keep, &b->guest_map, ret_why);
		req->map = &b->guest_map;
		b->kernels_tree.guest = &b->guest_map;
		b->kernels_tree.sstc = b->sstc;
	}
	b->fixed[0] = (struct named_range){"kshim", b->keep};
	b->fixed[1] = (struct named_range){
	        "the firmware's device tree", {b->tree_addr, b->tree->all.size}};
	req->fixed = b->fixed;
	req->nr_fixed = 2;
	return code ? code : fdt_boot_write(&b->kernels_tree, NULL, 0, &req->fdt_len, ret_why);
}
