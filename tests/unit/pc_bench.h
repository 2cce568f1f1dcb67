/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One of QEMU's PCs (qtest.h) with kshim.rom's struct for it, for tests.
 */
#ifndef TESTS_PC_BENCH_H
#define TESTS_PC_BENCH_H

#include "x86/pc/pc.h"

extern struct pc pc_machine;
extern struct memmap pc_memmap;
extern struct refusal pc_why;

/* Start a machine by QEMU's words and read its memory map. */
void pc_start(const char *words);

/* The same, and set up its chipset and PCI. */
enum refusal_code pc_set_up(const char *words);

/* cmocka's teardown: stop it, if there is one. */
int pc_stop(void **state);

/* First byte after memory below 4 GiB. */
uint64_t pc_low_end(void);

/* The machine's CMOS, for cmos_map(). */
uint8_t pc_cmos(uint8_t reg);

#endif
