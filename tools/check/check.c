/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of `kshim check` for one file, and for what is packed in it.
 */
#include <stdio.h>
#include <string.h>

#include "tools/check/check.h"
#include "tools/check/facts.h"
#include "tools/check/verdicts.h"
#include "tools/cmd.h"
#include "tools/payload.h"

static const char *
inner_name(enum payload_in in)
{
	switch (in) {
	case PAYLOAD_UKI:
		return ".linux";
	case PAYLOAD_BUNDLE:
		return "kshim/kernel";
	case PAYLOAD_WHOLE:
		return "unpacked";
	case PAYLOAD_BZIMAGE:
	case PAYLOAD_ZBOOT:
	case PAYLOAD_NONE:
	default:
		return "payload";
	}
}

static void add_inner(struct report *r, struct budget *b);

/* The kernels on a disk may look like disks themselves. */
static bool
is_inside_disk(const struct report *r)
{
	do
		r = r->outer;
	while (r && r->kind != KIND_DISK);
	return r;
}

static struct report *
check_layer(struct report *outer, const char *name, struct span bytes, struct budget *b)
{
	struct report *r = report_new(outer, name, bytes);

	identify(r);
	report_fact(r, "file.size", value_bytes(bytes.size), NULL);
	if (r->kind == KIND_BZIMAGE) {
		facts_bzimage(r);
	} else if (r->kind == KIND_ELF) {
		facts_linux(r);
		facts_elf(r);
		identify_by_notes(r);
	} else if (r->kind == KIND_RISCV || r->kind == KIND_RISCV_ELF) {
		facts_linux(r);
		facts_riscv(r);
	} else if (r->kind == KIND_ARM64) {
		facts_linux(r);
		facts_arm64(r);
	} else if (r->kind == KIND_ZBOOT || r->kind == KIND_COMPRESSED) {
		facts_zboot(r);
	}
	if (r->kind == KIND_DISK && !is_inside_disk(r))
		facts_disk(r, b->limit);
	if (r->has_pe)
		facts_pe(r);
	add_inner(r, b);
	verdicts_bzimage(r);
	verdicts_elf(r);
	verdicts_image(r);
	verdicts_pe(r);
	if (r->kind == KIND_ELF || r->kind == KIND_RISCV || r->kind == KIND_RISCV_ELF ||
	        r->kind == KIND_ARM64)
		config_facts(r, b);
	return r;
}

const char *
without_path(const char *why, const char *path)
{
	size_t len = strlen(path);

	return strncmp(why, path, len) == 0 && strncmp(why + len, ": ", 2) == 0 ? why + len + 2
	                                                                        : why;
}

/* Linux and tar take compressed files themselves; others want what is inside. */
static const char *
next_of_compressed(struct report *r)
{
	const struct report *inner = r->inner;
	bool as_it_is = strcmp(inner->kind_name, "initramfs") == 0 ||
	                strcmp(inner->kind_name, "tar") == 0;

	if (inner->kind == KIND_DISK)
		return "unpack it first: kshim unpack -o FILE.raw THIS";
	if (!inner->next || as_it_is)
		return inner->next;
	return report_format(
	        r, "unpack it first: kshim unpack -o FILE THIS; of FILE: %s", inner->next);
}

/* Unpack what is inside and look at that too. */
static void
add_inner(struct report *r, struct budget *b)
{
	struct file plain = {.path = r->name};
	struct payload p;
	char why[UNPACK_WHY];
	int status;

	if (!payload_find(r->bytes, &p))
		return;
	if (b->layer > UNPACK_LAYERS) {
		snprintf(why, sizeof(why), "is not unpacked: that was done %d times already",
		        UNPACK_LAYERS);
		verdicts_payload(r, false, why, 0);
		return;
	}
	status = payload_unpack(r->bytes, &p, &plain, b, why);
	r->limited = b->over;
	verdicts_payload(r, status == STATUS_OK, without_path(why, b->over ? b->path : r->name),
	        plain.size);
	if (status != STATUS_OK)
		return;
	report_keep(r, plain.data);
	b->layer++;
	r->inner = check_layer(r, inner_name(p.in), file_span(&plain), b);
	if (r->kind == KIND_COMPRESSED) {
		r->what = report_format(r, "%s: %s", r->what, r->inner->what);
		r->next = next_of_compressed(r);
	}
}

struct report *
check_inside(struct report *outer, const char *name, struct span bytes, uint64_t limit)
{
	struct budget budget = budget_of(name, limit);
	struct report *r = check_layer(outer, name, bytes, &budget);

	launchers(r);
	return r;
}

struct report *
check_bytes(const char *name, struct span bytes, uint64_t limit)
{
	struct report *r = check_inside(NULL, name, bytes, limit);

	advise(r);
	return r;
}
