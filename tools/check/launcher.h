/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the files that say which launcher can boot a file, and by which rule.
 *
 * launchers.def lists the launchers; launchers.c asks them in turn. A rule has a stable name;
 * its text says what it means for this file.
 */
#ifndef CHECK_LAUNCHER_H
#define CHECK_LAUNCHER_H

#include "tools/check/elf_view.h"
#include "tools/check/report.h"

/* What all rules look at, found once. */
struct candidate {
	struct report *r;
	const struct report *plain; /* the innermost: r itself if nothing is packed inside */
	bool hdrs;                  /* "HdrS" at 0x202: it has a Linux setup header */
	bool elf;                   /* it is an ELF for x86 */
	struct elf_view view;
	bool other_machine; /* a kernel for no x86 */
	uint64_t multiboot; /* offset of a multiboot header in the first 8 KiB + 1, or 0 */
};

enum firmware {
	FIRMWARE_SEABIOS,
	FIRMWARE_QBOOT,
	FIRMWARE_OVMF,
};

/* Each fills boots, rule, text and since. */
void launch_kshim(const struct candidate *c, struct launch *l);
void launch_qemu(const struct candidate *c, struct launch *l);
void launch_vmm(const struct candidate *c, struct launch *l);
void launch_loader(const struct candidate *c, struct launch *l);

void launch_yes(struct launch *l, const char *rule, const char *text, const char *since);
void launch_no(struct launch *l, const char *rule, const char *text);

/* The core refused the file: no, by that refusal. */
void launch_damaged(const struct candidate *c, struct launch *l);

/* A bzImage that has neither a 32-bit nor a 64-bit entry. */
bool candidate_is_real_mode_only(const struct candidate *c);

/* From the lowest to the last byte of an ELF that the core takes. */
struct range candidate_span(const struct candidate *c);

#endif
