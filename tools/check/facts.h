/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each kind of file says of itself, into the report. Nothing is judged here.
 */
#ifndef CHECK_FACTS_H
#define CHECK_FACTS_H

#include "tools/check/report.h"

void facts_bzimage(struct report *r);
void facts_elf(struct report *r);
void facts_notes(struct report *r);
void facts_pe(struct report *r);
void facts_zboot(struct report *r);
void facts_riscv(struct report *r);
void facts_arm64(struct report *r);
/* The version banner and the build ID of an unpacked Linux. */
void facts_linux(struct report *r);

/* "rwx" with "-" for what is not allowed. */
const char *permissions(bool read, bool write, bool execute);

#endif
