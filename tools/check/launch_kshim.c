/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kshim's own ways: the core has decided whether they work, by a plan.
 */
#include "stub/body/report.h"
#include "tools/check/facts.h"
#include "tools/check/launcher.h"
#include "tools/check/verdicts.h"
#include "tools/check/ways.h"

/* Which part of the file is the kernel, and what is said of that. */
struct inside {
	const char *rule, *says; /* what precedes how it is entered */
};
static const struct inside itself = {"plan", ""},
                           in_uki = {"uki", "takes .linux out of it and "},
                           in_bundle = {"bundle", "takes kshim/kernel out of it and "},
                           in_packed = {"bundle-unpacks",
                                   "after `kshim bundle`, which unpacks it; "};

/* The kernel to plan for: what is inside, where it is taken out on the way. */
static const struct report *
kernel_of(const struct candidate *c, const struct inside **ret_inside)
{
	const struct report *r = c->r;

	*ret_inside = &itself;
	if (r->kind == KIND_UKI && r->inner) {
		*ret_inside = &in_uki;
		return r->inner;
	}
	if (r->kind == KIND_BUNDLE && r->inner) {
		*ret_inside = &in_bundle;
		return r->inner;
	}
	while (r->kind == KIND_COMPRESSED && r->inner) {
		*ret_inside = &in_packed;
		r = r->inner;
	}
	return r;
}

/*
 * QEMU's -kernel places an ELF itself, as it does for any firmware, and loads a multiboot one
 * by that protocol. All else it passes on.
 */
static const char *
how_by_rom(const struct launcher *self, const struct candidate *c, const char *text)
{
	struct launch qemu = {.name = self->name};

	if (c->hdrs || !(c->elf || c->multiboot.found))
		return text;
	launch_qemu_bios(self, c, &qemu);
	if (!qemu.boots)
		return report_format(
		        c->r, "%s; by fw_cfg or a bundle, not by -kernel: %s", text, qemu.text);
	if (c->multiboot.found)
		return report_format(c->r,
		        "%s; by fw_cfg or a bundle, since -kernel ends in %s", text,
		        refusal_name(REFUSAL_ROM_MULTIBOOT));
	return text;
}

static const char *
how(struct report *r, const struct plan *plan, const struct inside *inside)
{
	return report_format(r, "%senters it at %#llx by %s", inside->says,
	        (unsigned long long)plan->entry, protocol_name(plan->protocol));
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
	const struct inside *inside;
	const struct report *kernel = kernel_of(c, &inside);
	struct refusal why = {0};

	if (!kernel->known && kernel->refused) {
		launch_no(l, refusal_name(kernel->refusal), kernel->refused);
		return;
	}
	if (!kernel->known) {
		launch_no(l, V_PAYLOAD_UNPACKS,
		        kernel->damaged ? kernel->damaged
		                        : "what is inside could not be looked at");
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
	launch_yes(l, inside->rule, how(c->r, &plan, inside), NULL);
}

void
launch_kshim_rom(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	launch_kshim(self, c, l);
	if (l->boots)
		l->text = how_by_rom(self, c, l->text);
}
