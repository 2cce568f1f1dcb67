/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The third executor of plans, beside the firmware's and UEFI's: it stands outside the guest's
 * memory, so nothing it writes to is in use, and every source is a file.
 */
#include "carry.h"

#include <errno.h>
#include <string.h>

#include "stub/handoff/handoff.h"
#include "tools/run/acpi.h"
#include "tools/run/as.h"
#include "tools/run/mptable.h"
#include "tools/run/status.h"

#define GDT_ACCESS 5 /* byte of a descriptor */
#define TSS_BUSY   0x02

static int
do_moves(const struct boot *b, const struct inputs *in, const struct memory *mem)
{
	for (uint32_t i = 0; i < b->plan.moves; i++) {
		const struct move *m = &b->plan.move[i];
		bool good = m->op == MOVE_ZERO
		                    ? memory_clear(mem, m->dst, m->len)
		                    : m->op == MOVE_READ &&
		                              memory_put_file(mem, m->dst,
		                                      in->file[m->handle].fd, m->src, m->len);

		if (!good)
			return fail(STATUS_HOST, "cannot load %s: %s",
			        m->op == MOVE_READ ? in->file[m->handle].path : "the kernel",
			        strerror(errno));
	}
	return STATUS_GO_ON;
}

static int
write_structures(const struct boot *b, const struct memory *mem)
{
	struct refusal why;

	for (uint32_t i = 0; i < b->plan.placements; i++) {
		const struct placement *p = &b->plan.placement[i];
		uint8_t *out = memory_at(mem, p->range.addr, p->range.len);

		if (!handoff_writes(p))
			continue;
		if (!out)
			return fail(
			        STATUS_HOST, "the plan puts the %s outside of memory", p->name);
		if (handoff_write(&b->req, &b->plan, &b->map, p, out, &why) != REFUSAL_NONE)
			return fail_refusal("memory map", why);
	}
	return STATUS_GO_ON;
}

static int
write_tables(const struct boot *b, uint32_t cpus, const struct memory *mem)
{
	if (!acpi_write(mem, &b->layout, cpus))
		return fail(STATUS_USAGE,
		        "the ACPI tables of %u CPUs have no room there; use fewer, or --as kshim",
		        cpus);
	if (!mptable_write(mem, &b->layout, cpus))
		return fail(STATUS_USAGE,
		        "the MP table of %u CPUs has no room there; use fewer, or --as kshim",
		        cpus);
	return STATUS_GO_ON;
}

/* KVM takes the task register's state from us; `ltr` would have marked the descriptor, too. */
static void
mark_tss_busy(const struct memory *mem, const struct machine_state *state)
{
	uint8_t *access = memory_at(mem, state->gdt_base + state->tr.selector + GDT_ACCESS, 1);

	if (access)
		*access |= TSS_BUSY;
}

int
carry_out(const struct boot *boot, const struct inputs *inputs, uint32_t cpus,
        const struct memory *mem, struct machine_state *ret_state)
{
	int status = write_tables(boot, cpus, mem);

	if (status == STATUS_GO_ON)
		status = do_moves(boot, inputs, mem);
	if (status == STATUS_GO_ON)
		status = write_structures(boot, mem);
	if (status != STATUS_GO_ON)
		return status;
	entry_state(&boot->plan, ret_state);
	mark_tss_busy(mem, ret_state);
	if (boot->layout.kind != LAYOUT_KSHIM && !as_write(boot, mem, ret_state))
		return fail(
		        STATUS_HOST, "cannot write the guest's memory: %s", strerror(errno));
	return STATUS_GO_ON;
}
