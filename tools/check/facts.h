/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each kind of file says of itself, into the report. Nothing is judged here.
 */
#ifndef CHECK_FACTS_H
#define CHECK_FACTS_H

#include "stub/input/cmdline.h"
#include "tools/check/report.h"

/*
 * Partitions, file systems and boot entries of a raw disk image; files on it that are larger
 * than `limit`, or unpack to more, are not looked at.
 */
void facts_disk(struct report *r, uint64_t limit);
void facts_bzimage(struct report *r);
/* `bytes` of the header that the core keeps, at `off` in the file; 0 past the header's end. */
uint64_t bzimage_field(const struct bzimage_facts *bz, uint64_t off, unsigned bytes);
/* A field of the setup header by its name in the boot protocol. */
#define BZIMAGE_FIELD(bz, field) bzimage_field(bz, ZP_AT(field), ZP_FIELD_SIZE(field))
/* A bzImage with neither a 32-bit nor a 64-bit entry: a program that needs a BIOS. */
bool is_real_mode_only(const struct report *r);
void facts_elf(struct report *r);
void facts_notes(struct report *r);
void facts_pe(struct report *r);
/* Is it a Linux whose EFI stub takes initrds by LoadFile2? */
bool has_loadfile2(const struct report *r);
#define UKI_LINE_ROOM 16384 /* bytes of a line that kshim.efi can hold, with the NUL */
/*
 * Append the command line of a unified kernel image, profile 0, as kshim.efi and systemd's stub
 * use it. Errors: cmdline_append_section()'s.
 */
enum refusal_code uki_line(
        const struct report *r, struct cmdline *line, struct refusal *ret_why);
void facts_zboot(struct report *r);
void facts_riscv(struct report *r);
void facts_arm64(struct report *r);
/* The version banner and the build ID of an unpacked Linux. */
void facts_linux(struct report *r);

/* "rwx" with "-" for what is not allowed. */
const char *permissions(bool read, bool write, bool execute);

#endif
