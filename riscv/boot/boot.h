/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One boot by kshim-riscv64.bin, from what is found to what the plan is made of.
 *
 * main.c takes the steps in order; each fills its part of struct boot and reads the earlier
 * ones. There is one struct boot, in .bss: it is larger than a stack should hold.
 */
#ifndef KSHIM_RISCV_BOOT_H
#define KSHIM_RISCV_BOOT_H

#include "stub/body/body.h"
#include "stub/body/sources.h"

struct boot {
	uint64_t hart;
	uint64_t tree_addr;
	struct fdt tree;
	struct riscv_machine machine;
	struct blob initrd; /* the launcher's, in /chosen */
	struct sources sources;
	struct facts facts;
	struct cmdline_words words;
	enum mode mode; /* never AUTO once chosen */
	struct body_riscv body;
	struct plan_request request;
	struct plan plan;
};

/*
 * sources.c: stub/body/sources.h, with what was found here. Each returns REFUSAL_NONE or a
 * refusal with its subject set.
 */

/* Choose the file that has the kernel, and look whether it is a bundle. */
enum refusal_code boot_kernel_file(struct boot *b, struct refusal *ret_why);
/* Join the command line into request.cmdline and take our words out of it. */
enum refusal_code boot_command_line(struct boot *b, struct refusal *ret_why);
/* The mode by fw_cfg's item, if there is one. */
enum refusal_code boot_mode_item(struct boot *b, enum mode *ret_mode, struct refusal *ret_why);
/* Learn the kernel's facts, and say what was found. */
enum refusal_code boot_probe(struct boot *b, struct refusal *ret_why);
/* List kernel and initrds as the request's blobs. */
enum refusal_code boot_blobs(struct boot *b, struct refusal *ret_why);

/* execute.c: bring kernel, initrd and device tree to their places. */
enum refusal_code execute(struct boot *b, struct refusal *ret_why);

/*
 * harts.c: where the firmware's start of a hart can go astray, make the harts other than `self`
 * wait so that it can't.
 */
void harts_lay_to_sleep(const struct riscv_machine *machine, uint64_t self);

/* head.S: start the kernel on this hart in S-mode. */
_Noreturn void enter_kernel(uint64_t hart, uint64_t tree, uint64_t entry);

#endif
