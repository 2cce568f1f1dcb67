/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what was found and what will be done, one line each, for whoever reads the console.
 */
#include "efi/boot.h"
#include "efi/say.h"
#include "stub/text.h"

#define LINE 512

static void
text_range(struct text *t, struct range r)
{
	text_hex(t, r.addr);
	text_str(t, "-");
	text_hex(t, range_end(r) - 1);
}

void
report_kernel(const struct boot *b)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));
	uint16_t version = b->facts.bz.version;

	say("version " KSHIM_VERSION);
	text_str(&t, "kernel from ");
	text_str(&t, b->from);
	text_str(&t, " (");
	text_str(&t, b->kernel.name);
	text_str(&t, "): ");
	if (b->facts.format == KERNEL_BZIMAGE) {
		text_str(&t, "bzImage, protocol ");
		text_dec(&t, version >> 8);
		text_str(&t, (version & 0xff) < 10 ? ".0" : ".");
		text_dec(&t, version & 0xff);
	} else {
		text_str(&t, b->facts.format == KERNEL_ELF64 ? "ELF64" : "ELF32");
	}
	text_str(&t, ", ");
	text_dec(&t, b->facts.size);
	text_str(&t, " bytes");
	say(buf);
}

static const char *
protocol_name(enum protocol protocol)
{
	static const char *const name[] = {"auto", "pvh", "linux64", "linux32"};

	return name[protocol];
}

static void
report_place(const struct plan *plan)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));
	int64_t d = plan->displacement;

	text_str(&t, "kernel at ");
	text_hex(&t, plan->kernel_load);
	if (d) {
		text_str(&t, d < 0 ? ", moved down by " : ", moved up by ");
		text_hex(&t, d < 0 ? 0 - (uint64_t)d : (uint64_t)d);
	}
	say(buf);
}

void
report_plan(const struct boot *b)
{
	const struct plan *plan = &b->plan;
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	report_place(plan);
	if (plan->initrd.len) {
		text_str(&t, "initrd at ");
		text_range(&t, plan->initrd);
		say(buf);
	}
	t = text_init(buf, sizeof(buf));
	text_str(&t, "entering the kernel at ");
	text_hex(&t, plan->entry);
	text_str(&t, " by ");
	text_str(&t, protocol_name(plan->protocol));
	say(buf);
}
