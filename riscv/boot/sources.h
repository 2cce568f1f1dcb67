/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel, initrds, command line and mode: stub/body/sources.h, with what was found here. Each
 * returns REFUSAL_NONE or a refusal with its subject set.
 */
#ifndef KSHIM_RISCV_SOURCES_H
#define KSHIM_RISCV_SOURCES_H

#include "riscv/boot/boot.h"

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

#endif
