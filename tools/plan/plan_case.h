/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One boot to be planned: files, machine, the request made of them, and the plan.
 *
 * case_read() takes the files once; case_plan() makes request and plan for a size of memory,
 * and can be asked again for another size, which is how advice is found.
 */
#ifndef PLAN_CASE_H
#define PLAN_CASE_H

#include "stub/body/body.h"
#include "stub/input/efi_map.h"
#include "tools/budget.h"
#include "tools/file.h"
#include "tools/plan/options.h"
#include "tools/request.h"

#define CASE_FIXED   8
#define CASE_CMDLINE 65536

/* What --map said; kind decides which of the rest counts. */
enum given_kind {
	GIVEN_NOTHING,
	GIVEN_E820,
	GIVEN_EFI,
	GIVEN_TREE,
};

struct given_map {
	enum given_kind kind;
	const char *what; /* "an e820 listing": for people */
	struct memmap map;
	struct efi_map efi;
	uint32_t efi_descs;              /* descriptors it had */
	struct range loader[PLAN_BLOBS]; /* loader data in it, where files may lie */
	uint32_t loaders;
	struct file tree;
};

struct plan_case {
	struct plan_options options; /* with body and machine decided */
	enum body body;
	struct file data[PLAN_BLOBS];     /* the kernel (plain), then the initrds */
	struct budget budget[PLAN_BLOBS]; /* of each */
	struct request_file file[PLAN_BLOBS];
	uint32_t files;
	char names[PLAN_BLOBS][16];
	struct given_map given;
	struct file stub; /* kshim.elf or kshim-riscv64.bin, if the body is one of them */
	struct facts stub_facts;
	struct range keep;   /* its memory */
	struct range window; /* kshim.rom: what it cannot reach */

	struct facts facts;
	struct facts placed; /* what kshim.rom is told of a kernel that QEMU has placed */
	struct blob in_files[PLAN_BLOBS]; /* req.blob, with offsets in files as addresses */
	struct cmdline_words words;
	char line[CASE_CMDLINE];
	uint8_t seed[PLAN_RNG_SEED];
	struct memmap map;
	struct efi_map efi;
	struct named_range fixed[CASE_FIXED], busy[2];
	struct fdt tree;
	struct riscv_machine machine;
	uint8_t tree_bytes[16384];
	struct body_riscv riscv;
	struct plan_request req;
	struct plan plan;
	enum refusal_code code; /* of the request or the plan */
	struct refusal why;
};

/*
 * Read all files. False with *ret_status if one cannot be read; a kernel that is none is not
 * an error here, but c->code and c->why.
 */
bool case_read(struct plan_case *c, int *ret_status);
/* The same of files that the caller has read into c->data, by the names in c->options. */
bool case_take(struct plan_case *c, int *ret_status);
void case_free(struct plan_case *c);
/* Are the files still what was read? A sentence and STATUS_HOST if not. */
int case_unchanged(const struct plan_case *c);

/* Make request and plan for that much memory: c->code, c->why, c->plan. */
enum refusal_code case_plan(struct plan_case *c, uint64_t memory);

/* What may be reserved beside the map: the size of memory does not come from -m. */
static inline bool
case_map_is_given(const struct plan_case *c)
{
	return c->given.kind != GIVEN_NOTHING;
}

#endif
