/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts a machine into the request: its map, what it keeps, where the sources lie, and the body.
 *
 * With a launcher of ours the sources' places come from its own plan, made by the same code:
 * there the body is the kernel that is planned, and the files are its modules.
 */
#include "tools/plan/target.h"

#include <string.h>

#include "stub/handoff/handoff.h"
#include "tools/bundle_write.h"
#include "tools/launch/layout.h"

static const char *const stub_name = "kshim";

/* From the first to the last page of the body, .bss included. */
static struct range
stub_range(const struct facts *facts)
{
	struct range r;
	uint64_t end;

	if (facts->format == KERNEL_BZIMAGE)
		return (struct range){facts->bz.pref_address, facts->bz.init_size};
	r = elf_facts_span(&facts->elf);
	if (!align_up(range_end(r), PAGE, &end))
		end = align_down(range_end(r), PAGE);
	return (struct range){r.addr, end - r.addr};
}

static void
fix(struct plan_case *c, struct named_range r)
{
	if (c->req.nr_fixed < CASE_FIXED)
		c->fixed[c->req.nr_fixed++] = r;
}

/* A blob moves from its file to where its file lies in the guest. */
static void
place_source(struct plan_case *c, uint32_t handle, uint64_t addr)
{
	for (uint32_t i = 0; i < c->req.blobs; i++) {
		struct blob *b = &c->req.blob[i];

		if (b->where == BLOB_STREAM && b->handle == handle) {
			b->where = BLOB_SPACE;
			b->addr += addr;
		}
	}
}

void
target_join_initrds(struct plan_request *req)
{
	const struct blob *last = &req->blob[req->blobs - 1];

	if (req->blobs <= 2)
		return;
	req->blob[1].size = last->addr + last->size - req->blob[1].addr;
	req->blob[1].name = "initrds";
	req->blobs = 2;
}

/* kshim run's first step: the stub as a PVH kernel, the files as its modules. */
static enum refusal_code
place_modules(struct plan_case *c)
{
	struct plan_request req = {.kernel = &c->stub_facts,
	        .map = &c->map,
	        .blobs = 1,
	        .blob[0] = {BLOB_STREAM, PLAN_BLOBS, 0, c->stub.size, "stub"},
	        .cmdline = c->req.cmdline,
	        .protocol = PROTOCOL_PVH,
	        .gb_pages = c->req.gb_pages,
	        .rng_seed = c->req.rng_seed,
	        .rng_seed_len = c->req.rng_seed_len};
	enum refusal_code code;

	for (uint32_t i = 0; i < c->files; i++)
		req.blob[req.blobs++] = (struct blob){
		        BLOB_STREAM, i, 0, c->file[i].bytes.size, c->file[i].name};
	code = plan_make(&req, &c->plan, &c->why);
	for (uint32_t i = 0; i < c->plan.placements && !code; i++) {
		const struct placement *p = &c->plan.placement[i];

		if (p->kind == PLACE_INITRD)
			place_source(c, p->blob - 1, p->range.addr);
	}
	return code;
}

/* Firecracker and Cloud Hypervisor pass one file, below the end of low memory: a bundle. */
static enum refusal_code
place_bundle(struct plan_case *c, const struct layout *l)
{
	bool bundle = c->req.blob[0].addr != 0; /* KERNEL is one: it goes as it is */
	uint64_t len[PLAN_BLOBS] = {0}, size, room = l->low_end - 2 * MIB, at;

	for (uint32_t i = 0; i < c->files; i++)
		len[i] = c->file[i].bytes.size;
	size = bundle ? len[0] : bundle_offset(len, c->files, c->files);
	if (size > room) {
		refuse(&c->why, REFUSAL_PLAN_INITRD_ROOM, l->low_end - 1, room, size);
		c->why.subject = "the launcher's module";
		return c->why.code;
	}
	at = align_down(l->low_end - size, PAGE);
	for (uint32_t i = 0; i < c->files; i++)
		place_source(c, i, at + (bundle ? 0 : bundle_offset(len, c->files, i)));
	target_join_initrds(&c->req);
	return REFUSAL_NONE;
}

static enum refusal_code
apply_layout(struct plan_case *c, uint64_t memory)
{
	static const enum layout_kind kinds[] = {[MACHINE_KSHIM] = LAYOUT_KSHIM,
	        [MACHINE_FIRECRACKER] = LAYOUT_FIRECRACKER,
	        [MACHINE_CLOUD_HYPERVISOR] = LAYOUT_CLOUD_HYPERVISOR};
	struct layout l;

	layout_make(kinds[c->options.machine], memory, &l);
	layout_memmap(&l, &c->map);
	c->req.rsdp = l.rsdp_told;
	if (c->body != BODY_PC)
		return REFUSAL_NONE;
	c->req.rsdp = l.rsdp;
	return l.kind == LAYOUT_KSHIM ? place_modules(c) : place_bundle(c, &l);
}

/* Memory that the machine's own tables take from RAM is no RAM for the kernel. */
static void
apply_body(struct plan_case *c)
{
	c->req.fixed = c->fixed;
	c->req.busy = c->busy;
	body_limits(c->body, &c->req);
	if (c->body != BODY_PC)
		return;
	fix(c, body_bios_data());
	c->keep = stub_range(&c->stub_facts);
	c->busy[0] = (struct named_range){stub_name, c->keep};
	c->req.nr_busy = 1;
}

static enum refusal_code
apply_x86(struct plan_case *c, uint64_t memory)
{
	enum refusal_code code = REFUSAL_NONE;

	if (c->options.body == PLAN_ROM)
		return target_rom(c, memory);
	c->req.map = &c->map;
	if (case_map_is_given(c))
		c->map = c->given.map;
	else if (c->options.machine == MACHINE_KSHIM ||
	         c->options.machine >= MACHINE_FIRECRACKER)
		code = apply_layout(c, memory);
	else
		target_qemu_map(c->options.machine, memory, &c->map);
	apply_body(c);
	return code;
}

enum refusal_code
target_apply(struct plan_case *c, uint64_t memory)
{
	bool riscv = c->facts.format == KERNEL_RISCV;

	c->map.count = 0;
	if (riscv != (c->body >= BODY_RISCV)) {
		refuse(&c->why, REFUSAL_KERNEL_ARCH, 0, 0, 0);
		c->why.subject = c->options.kernel;
		c->why.detail = riscv ? "RISC-V, 64 bits" : "x86";
		return c->why.code;
	}
	if (riscv)
		return target_riscv(c, memory);
	if (c->body == BODY_EFI)
		return target_efi(c, memory);
	return apply_x86(c, memory);
}
