/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kshim's own ways: the core has decided whether they work, by a plan.
 */
#include <string.h>

#include "stub/body/report.h"
#include "tools/check/facts.h"
#include "tools/check/launcher.h"
#include "tools/check/ways.h"

/* What an ELF that QEMU places must leave to kshim.rom: up to the BIOS data (x86/rom/rom.h). */
#define ROM_RAM_END 0x9f000

/* The kernel to plan for: what is inside, where it is taken out on the way. */
static const struct report *
kernel_of(const struct candidate *c, const char **ret_rule)
{
	const struct report *r = c->r;

	*ret_rule = "plan";
	if (r->kind == KIND_UKI && r->inner) {
		*ret_rule = "uki";
		return r->inner;
	}
	if (r->kind == KIND_BUNDLE && r->inner) {
		*ret_rule = "bundle";
		return r->inner;
	}
	while (r->kind == KIND_COMPRESSED && r->inner) {
		*ret_rule = "bundle-unpacks";
		r = r->inner;
	}
	return r;
}

/* QEMU's -kernel places an ELF itself, and starts a multiboot one by that protocol. */
static const char *
how_by_rom(const struct candidate *c, const char *text)
{
	enum refusal_code code = REFUSAL_NONE;

	if (c->multiboot.found)
		code = REFUSAL_ROM_MULTIBOOT;
	else if (c->elf && elf_facts_span(&c->r->facts.elf).addr < ROM_RAM_END)
		code = REFUSAL_ROM_LOW_KERNEL;
	return code ? report_format(c->r, "%s; by fw_cfg or a bundle, since -kernel ends in %s",
	                      text, refusal_name(code))
	            : text;
}

static const char *
how(struct report *r, const struct plan *plan, const char *rule)
{
	const char *text = report_format(r, "enters it at %#llx by %s",
	        (unsigned long long)plan->entry, protocol_name(plan->protocol));

	if (strcmp(rule, "bundle-unpacks") == 0)
		return report_format(r, "after `kshim bundle`, which unpacks it; %s", text);
	if (strcmp(rule, "bundle") == 0)
		return report_format(r, "takes kshim/kernel out of it and %s", text);
	if (strcmp(rule, "uki") == 0)
		return report_format(r, "takes .linux out of it and %s", text);
	return text;
}

/* By a unified kernel image's own line. */
static enum refusal_code
make_plan(const struct candidate *c, const struct report *kernel, enum way way,
        struct plan *ret_plan, struct refusal *ret_why)
{
	static char room[UKI_LINE_ROOM];
	struct cmdline line = cmdline_init(room, sizeof(room));
	struct cmdline_words words;
	enum refusal_code code = REFUSAL_NONE;

	if (c->r->kind == KIND_UKI)
		code = uki_line(c->r, &line, ret_why);
	if (!code)
		code = cmdline_take_words(&line, &words, ret_why);
	return code ? code : ways_plan(&kernel->facts, way, 0, &line, ret_plan, ret_why);
}

void
launch_kshim(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	static struct plan plan;
	enum way way = self->way;
	const char *rule;
	const struct report *kernel = kernel_of(c, &rule);
	struct refusal why = {0};

	if (!kernel->known) {
		launch_no(l, refusal_name(kernel->refusal), kernel->refused);
		return;
	}
	if ((kernel->facts.format == KERNEL_RISCV) != (way == WAY_RISCV)) {
		launch_no(l, refusal_name(REFUSAL_KERNEL_ARCH),
		        way == WAY_RISCV ? "starts kernels for riscv64"
		                         : "starts kernels for x86");
		return;
	}
	if (make_plan(c, kernel, way, &plan, &why)) {
		launch_no(l, refusal_name(why.code), report_sentence(c->r, &why));
		return;
	}
	launch_yes(l, rule, how(c->r, &plan, rule), NULL);
}

void
launch_kshim_rom(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	launch_kshim(self, c, l);
	if (l->boots)
		l->text = how_by_rom(c, l->text);
}
