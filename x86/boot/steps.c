/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps that all bodies take between finding out where they are and the jump.
 *
 * Everything that can be refused is refused before execute() writes the first byte outside of
 * our own memory; only staging writes earlier, to free memory.
 */
#include "stub/body/body.h"
#include "stub/body/report_lines.h"
#include "stub/wire/bootparam.h"
#include "x86/boot/boot.h"
#include "x86/boot/console.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/rng.h"

enum refusal_code
boot_read_e820(struct boot *b, struct refusal *ret_why)
{
	const struct fw_cfg_item *item = &b->sources.items.e820;
	enum refusal_code code = REFUSAL_NONE;
	struct zp_e820_entry e;

	for (uint64_t off = 0; !code && bounds_ok(item->size, off, sizeof(e));
	        off += sizeof(e)) {
		code = fw_cfg_read(item->selector, FW_CFG_E820, off, &e, sizeof(e), ret_why);
		if (!code)
			code = memmap_add(&b->map, e.addr, e.size, e.type, ret_why);
	}
	return code ? code : memmap_add(&b->map, 640 * KIB, 384 * KIB, MEM_RESERVED, ret_why);
}

enum refusal_code
boot_own_memory(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;

	(void)ret_why;
	b->fixed[req->nr_fixed++] = body_bios_data();
	req->fixed = b->fixed;
	image_ranges(b->busy);
	req->busy = b->busy;
	req->nr_busy = IMAGE_RANGES;
	return REFUSAL_NONE;
}

/* The CPU's and the launcher's, mixed, so that it is as good as the better of them. */
static void
make_seed(struct boot *b)
{
	struct plan_request *req = &b->request;

	req->rng_seed = b->seed;
	if (rng_seed(b->seed, sizeof(b->seed)))
		req->rng_seed_len = sizeof(b->seed);
	if (!b->launcher.has_seed)
		return;
	for (unsigned i = 0; i < sizeof(b->seed); i++)
		b->seed[i] ^= b->launcher.seed[i];
	req->rng_seed_len = sizeof(b->seed);
}

enum refusal_code
boot_plan(struct boot *b, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	enum refusal_code code;

	req->kernel = &b->facts;
	req->map = &b->map;
	req->protocol = b->words.protocol;
	body_limits(BODY_PC, req);
	req->gb_pages = cpu_has_gb_pages();
	make_seed(b);
	code = plan_x86_make(req, &b->plan, ret_why);
	if (!code)
		code = execute_prepare(b, ret_why);
	if (!code && !b->words.quiet)
		report_plan_lines(console_line, &b->plan, NULL);
	return code;
}
