/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the files that say which launcher can boot a file, and by which rule.
 *
 * launchers.def lists the launchers; launchers.c asks them in turn. A rule has a stable name;
 * its text says what it means for this file.
 */
#ifndef CHECK_LAUNCHER_H
#define CHECK_LAUNCHER_H

#include "stub/body/body.h"
#include "tools/check/elf_view.h"
#include "tools/check/report.h"
#include "tools/check/ways.h"

/* A multiboot header (GNU Multiboot Specification 0.6.96, 3.1) in the first 8 KiB. */
struct multiboot {
	bool found;
	bool has_addresses; /* flags bit 16: it says itself where it goes */
	uint32_t load_addr; /* then; the guest's */
};

/* What all rules look at, found once. */
struct candidate {
	struct report *r;
	const struct report *plain; /* the innermost: r itself if nothing is packed inside */
	bool hdrs;                  /* "HdrS" at 0x202: it has a Linux setup header */
	bool elf;                   /* it is an ELF for x86 */
	struct elf_view view;
	bool virtual_paddr; /* that ELF's p_paddr are virtual; only the core corrects them */
	bool other_machine; /* a kernel for no x86 */
	bool is_addon;      /* of unified kernel images: no program */
	struct multiboot multiboot;
	bool multiboot2; /* a header of the second specification, 2.0, 3.1 */
};

#define ADDON_TEXT                                                                             \
	"an addon only adds to a unified kernel image that systemd's stub starts: nothing starts it"

/* How --boot tries a launcher (trial.c). */
enum trial_kind {
	TRIAL_NONE,
	TRIAL_STUB,    /* `kshim run`, or QEMU's -kernel kshim.elf */
	TRIAL_ROM,     /* QEMU's -bios */
	TRIAL_BZIMAGE, /* QEMU's -kernel */
	TRIAL_DIRECT,  /* `kshim run --direct` */
	TRIAL_EFI,     /* QEMU with OVMF */
	TRIAL_RISCV,   /* QEMU for riscv64 */
};

/* Who starts what is on a disk, with this launcher (disk.h). */
enum disk_launch { DISK_BY_NOTHING, DISK_BY_KSHIM, DISK_BY_BIOS, DISK_BY_UEFI };

/* Where RAM below 4 GiB ends in QEMU's machines at the most. */
#define PC_LOW_END      0xe0000000ull
#define Q35_LOW_END     0xb0000000ull
#define MICROVM_LOW_END 0xc0000000ull

/*
 * Up to where a firmware works in low memory before it starts an ELF that QEMU has loaded:
 * SeaBIOS clears 0x7000 to 0x90000 and has stack and data below, qboot has its stack below
 * 0x7c00.
 */
#define SEABIOS_LOW 0x90000u
#define QBOOT_LOW   0x7c00u
#define ROM_LOW     BODY_ROM_LOW_END

#define ARM_RAM_END (256 * GIB) /* of virt for aarch64, at the most */

/* A row of launchers.def. */
struct launcher {
	const char *name, *title;
	/* Fills boots, rule, text and since. */
	void (*ask)(const struct launcher *, const struct candidate *, struct launch *);
	/* Traits, of those that have them. */
	enum way way;          /* kshim's: what is planned for */
	enum trial_kind trial; /* kshim's */
	const char *image;     /* kshim's: the file that it is, or NULL */
	enum disk_launch disk; /* those that boot from a disk */
	uint64_t low_end;      /* QEMU with a BIOS or kshim.rom: *_LOW_END */
	uint64_t low_used;     /* the same: *_LOW */
	bool few_services;     /* that BIOS serves loaders of Linux, and little else */
	bool arm64, riscv64;   /* another monitor: it serves this machine, too */
	bool arm;              /* and a zImage for 32-bit arm, on an arm64 host */
	uint64_t arm64_elf;    /* and an ELF for arm64 in its memory, which begins there */
	const char *riscv64_since;
};

/* The table, in the order in which launchers are shown; a row without a name ends it. */
extern const struct launcher all_launchers[];

typedef void launcher_rule(
        const struct launcher *self, const struct candidate *c, struct launch *l);

launcher_rule launch_kshim, launch_kshim_rom;
launcher_rule launch_qemu_bios, launch_qemu_uefi, launch_qemu_riscv64, launch_qemu_aarch64;
launcher_rule launch_firecracker, launch_cloud_hypervisor, launch_crosvm, launch_kvmtool;
launcher_rule launch_xen;
launcher_rule launch_systemd_boot, launch_grub;

void launch_yes(struct launch *l, const char *rule, const char *text, const char *since);
void launch_no(struct launch *l, const char *rule, const char *text);

/* The core refused the file: no, by that refusal. */
void launch_damaged(const struct candidate *c, struct launch *l);

/* An ELF with more segments than the core takes: its facts are not known, its headers are. */
bool candidate_is_unread(const struct candidate *c);

/* Where a KIND_ARM_ELF's segments lie, by their physical addresses; empty if they have no
 * bytes. */
struct range candidate_arm_span(const struct candidate *c);

/* The same of a disk image; false if this launcher boots from none, or if that is not known. */
bool launch_disk(const struct launcher *self, const struct report *r, struct launch *l);

#endif
