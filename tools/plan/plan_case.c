/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files into a request, a request into a plan.
 */
#include "tools/plan/plan_case.h"

#include <stdio.h>
#include <string.h>

#include "stub/body/make_moves.h"
#include "tools/find_image.h"
#include "tools/plan/map.h"
#include "tools/plan/target.h"
#include "tools/unpack.h"

/* The body and machine that go with this kernel, where the options leave them open. */
static void
decide(struct plan_case *c)
{
	static const enum plan_machine machines[] = {[PLAN_DIRECT] = MACHINE_KSHIM,
	        [PLAN_ELF] = MACHINE_PC,
	        [PLAN_BZIMAGE] = MACHINE_PC,
	        [PLAN_ROM] = MACHINE_PC,
	        [PLAN_EFI] = MACHINE_OVMF,
	        [PLAN_RISCV] = MACHINE_VIRT,
	        [PLAN_RISCV_GUEST] = MACHINE_VIRT};
	static const enum body bodies[] = {[PLAN_DIRECT] = BODY_LAUNCHER,
	        [PLAN_ELF] = BODY_PC,
	        [PLAN_BZIMAGE] = BODY_PC,
	        [PLAN_ROM] = BODY_PC,
	        [PLAN_EFI] = BODY_EFI,
	        [PLAN_RISCV] = BODY_RISCV,
	        [PLAN_RISCV_GUEST] = BODY_RISCV_GUEST};
	struct plan_options *o = &c->options;
	bool riscv = c->facts.format == KERNEL_RISCV && c->code == REFUSAL_NONE;

	if (o->body == PLAN_AUTO && riscv)
		o->body = c->words.mode == MODE_DIRECT ? PLAN_RISCV : PLAN_RISCV_GUEST;
	else if (o->body == PLAN_AUTO && c->given.kind == GIVEN_EFI)
		o->body = PLAN_EFI;
	else if (o->body == PLAN_AUTO)
		o->body = o->machine == MACHINE_OVMF ? PLAN_EFI
		          : o->machine == MACHINE_AUTO || o->machine == MACHINE_KSHIM
		                  ? PLAN_DIRECT
		                  : PLAN_ELF;
	if (o->machine == MACHINE_AUTO)
		o->machine = machines[o->body];
	c->body = bodies[o->body];
}

/* Does this machine go with this body? */
static bool
check_pair(const struct plan_case *c, int *ret_status)
{
	const struct plan_options *o = &c->options;
	bool riscv = o->body == PLAN_RISCV || o->body == PLAN_RISCV_GUEST;
	const char *wanted = NULL;

	if ((o->body == PLAN_BZIMAGE || o->body == PLAN_ROM) &&
	        (o->machine < MACHINE_PC || o->machine > MACHINE_MICROVM))
		wanted = "pc, q35 or microvm";
	else if (riscv && (o->machine != MACHINE_VIRT))
		wanted = "virt";
	else if (o->body == PLAN_EFI && o->machine != MACHINE_OVMF)
		wanted = "ovmf";
	else if (!riscv && o->machine == MACHINE_VIRT)
		wanted = "an x86 one";
	else if (o->body != PLAN_EFI && o->machine == MACHINE_OVMF)
		wanted = "one without UEFI";
	if (wanted) {
		*ret_status = fail(STATUS_USAGE, "--machine %s does not go with --body %s: %s",
		        plan_machine_words[o->machine], plan_body_words[o->body], wanted);
		return false;
	}
	return map_fits_body(c, ret_status);
}

static const char *
path_of(const struct plan_case *c, uint32_t i)
{
	return i ? c->options.initrd[i - 1] : c->options.kernel;
}

/* File `i` (0: the kernel) has been read: it becomes one of the request's. */
static bool
take_file(struct plan_case *c, uint32_t i, int *ret_status)
{
	const struct plan_options *o = &c->options;

	c->files = i + 1;
	c->budget[i] = budget_of(path_of(c, i), o->limit);
	*ret_status = i ? STATUS_OK : unpack(&c->data[0], &c->budget[0]);
	snprintf(c->names[i], sizeof(c->names[i]), i ? "initrd" : "kernel");
	if (o->initrds > 1 && i)
		snprintf(c->names[i], sizeof(c->names[i]), "initrd %u", i % 100);
	c->file[i] = (struct request_file){path_of(c, i), c->names[i], file_span(&c->data[i])};
	return *ret_status == STATUS_OK;
}

static bool
read_files(struct plan_case *c, int *ret_status)
{
	for (uint32_t i = 0; i <= c->options.initrds; i++) {
		*ret_status = file_read(path_of(c, i), &c->data[i]);
		if (*ret_status != STATUS_OK || !take_file(c, i, ret_status))
			return false;
	}
	return true;
}

static enum refusal_code
make_request(struct plan_case *c)
{
	struct request_source from = {.file = c->file,
	        .files = c->files,
	        .append = c->options.append,
	        .probe = any_kernel_probe};

	c->req = (struct plan_request){.kernel = &c->facts,
	        .cmdline = cmdline_init(c->line, sizeof(c->line)),
	        .gb_pages = c->options.gb_pages,
	        .rng_seed = c->seed,
	        .rng_seed_len = c->options.rdrand ? PLAN_RNG_SEED : 0};
	c->code = request_read(&from, &c->req, &c->facts, &c->words, &c->why);
	memcpy(c->in_files, c->req.blob, sizeof(c->in_files));
	c->req.protocol =
	        c->options.protocol != PROTOCOL_AUTO ? c->options.protocol : c->words.protocol;
	return c->code;
}

/* The body's own image, where its place and size matter. */
static bool
read_stub(struct plan_case *c, int *ret_status)
{
	bool riscv = c->body == BODY_RISCV || c->body == BODY_RISCV_GUEST;
	const char *name = riscv                             ? "kshim-riscv64.bin"
	                   : c->options.body == PLAN_BZIMAGE ? "kshim.bzimage"
	                   : c->options.body == PLAN_ROM     ? "kshim.rom"
	                                                     : "kshim.elf";
	const char *path = c->options.stub;
	char beside[4200];
	struct image im;

	if (!riscv && c->body != BODY_PC)
		return true;
	if (!path)
		path = find_image(name, beside, sizeof(beside));
	if (!path) {
		*ret_status = fail(STATUS_HOST,
		        "%s is not beside this program; build it with `make`, or give --stub FILE",
		        name);
		return false;
	}
	*ret_status = file_read(path, &c->stub);
	if (*ret_status != STATUS_OK)
		return false;
	if (c->options.body == PLAN_ROM)
		return target_rom_read(c, path, ret_status);
	im = image_of(file_span(&c->stub));
	if (any_kernel_probe(&im, &c->stub_facts, &c->why) != REFUSAL_NONE) {
		*ret_status = fail_refusal(path, c->why);
		return false;
	}
	return true;
}

/* The files are there: what else has to be read, and what is left open is decided. */
static bool
complete(struct plan_case *c, int *ret_status)
{
	if (!map_read(c->options.map, &c->given, ret_status))
		return false;
	make_request(c);
	decide(c);
	return check_pair(c, ret_status) && read_stub(c, ret_status);
}

bool
case_read(struct plan_case *c, int *ret_status)
{
	return read_files(c, ret_status) && complete(c, ret_status);
}

bool
case_take(struct plan_case *c, int *ret_status)
{
	bool good = true;

	for (uint32_t i = 0; i <= c->options.initrds; i++)
		good = take_file(c, i, ret_status) && good;
	return good && complete(c, ret_status);
}

int
case_unchanged(const struct plan_case *c)
{
	int status = file_unchanged(&c->stub);

	for (uint32_t i = 0; i < c->files && status == STATUS_OK; i++)
		status = file_unchanged(&c->data[i]);
	return status;
}

void
case_free(struct plan_case *c)
{
	for (uint32_t i = 0; i < c->files; i++)
		file_free(&c->data[i]);
	file_free(&c->stub);
	file_free(&c->given.tree);
}

enum refusal_code
case_plan(struct plan_case *c, uint64_t memory)
{
	if (make_request(c) != REFUSAL_NONE)
		return c->code;
	c->code = target_apply(c, memory);
	if (!c->code)
		c->code = plan_make(&c->req, &c->plan, &c->why);
	if (c->body == BODY_EFI)
		moves_make_late(&c->plan);
	return c->code;
}
