/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A QEMU machine whose CPU never runs: its ports, memory, fw_cfg and PCI reached from a test,
 * by QEMU's qtest protocol (docs/devel/qtest.rst). So the code of a firmware meets real devices
 * and the tables that QEMU makes for them.
 */
#ifndef TESTS_QTEST_H
#define TESTS_QTEST_H

#include "x86/pc/items.h"
#include "x86/pc/pci.h"

/* Start qemu-system-x86_64 with these words, which blanks separate; fails the test if it can't.
 */
void qtest_start(const char *words);
/* Stop the machine, if there is one. */
void qtest_stop(void);

uint32_t qtest_in(uint16_t port, unsigned bytes);
void qtest_out(uint16_t port, unsigned bytes, uint32_t value);
uint32_t qtest_peek(uint64_t addr, unsigned bytes);
void qtest_poke(uint64_t addr, unsigned bytes, uint32_t value);

/* How many accesses to ports there were since the start. */
extern unsigned qtest_port_accesses;

/* fw_cfg of that machine, by DMA through its memory at 1 MiB. */
struct items qtest_items(void);

#endif
