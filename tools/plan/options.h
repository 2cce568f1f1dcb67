/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of `kshim plan` as data.
 */
#ifndef PLAN_OPTIONS_H
#define PLAN_OPTIONS_H

#include "stub/body/body.h"
#include "tools/cmd.h"

/* Who carries the plan out, by the words of --body. */
enum plan_body {
	PLAN_DIRECT,  /* kshim run --direct */
	PLAN_ELF,     /* kshim.elf */
	PLAN_BZIMAGE, /* kshim.bzimage */
	PLAN_ROM,     /* kshim.rom */
	PLAN_EFI,
	PLAN_RISCV,
	PLAN_RISCV_GUEST,
	PLAN_AUTO, /* by the kernel's machine */
};

/* Whose memory map, by the words of --machine. */
enum plan_machine {
	MACHINE_KSHIM, /* kshim run */
	MACHINE_PC,    /* QEMU's, with SeaBIOS or qboot */
	MACHINE_Q35,
	MACHINE_MICROVM,
	MACHINE_FIRECRACKER,
	MACHINE_CLOUD_HYPERVISOR,
	MACHINE_OVMF,
	MACHINE_VIRT,
	MACHINE_AUTO, /* by the body */
};

extern const char *const plan_body_words[], *const plan_machine_words[];

struct plan_options {
	const char *kernel;
	const char *initrd[PLAN_BLOBS];
	uint32_t initrds;
	const char *append; /* "" if none */
	uint64_t memory;    /* bytes, whole pages */
	const char *map;    /* NULL: the machine's own */
	const char *config; /* the kernel's; NULL: look for it */
	const char *stub; /* kshim.elf or kshim-riscv64.bin; NULL: the one beside the program */
	const char *have; /* devices that the machine also has, by commas; "" if none */
	const char *svg;  /* NULL: none */
	uint64_t limit;   /* bytes that each file may unpack to */
	bool json;
	enum plan_body body;
	enum plan_machine machine;
	enum protocol protocol;
	bool gb_pages, rdrand; /* of the CPU */
};

/* Read the arguments: true, or *ret_status to exit with. */
bool plan_options_parse(
        int argc, char **argv, struct plan_options *ret_options, int *ret_status);

#endif
