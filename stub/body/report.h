/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words in which every body says what it found and decided; the body adds where to.
 *
 * Each function appends to a text one line without its end.
 */
#ifndef KSHIM_REPORT_H
#define KSHIM_REPORT_H

#include "stub/base/text.h"
#include "stub/plan/plan.h"

/* "pvh", "linux64", ..., as kshim.protocol= names them. */
const char *protocol_name(enum protocol protocol);

/* "bzImage, protocol 2.15, 7654321 bytes". */
void report_facts(struct text *t, const struct facts *facts);

/* "kernel at 0x200000, moved down by 0xe00000". */
void report_place(struct text *t, const struct plan *plan);

/* "initrd at 0x1fdfb000-0x1ffdf7ff", the last byte included. */
void report_initrd(struct text *t, const struct plan *plan);

/* "entering the kernel at 0x1000200 by linux64". */
void report_entry(struct text *t, const struct plan *plan);

#endif
