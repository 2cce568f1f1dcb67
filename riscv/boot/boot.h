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

#endif
