/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stopped CPU in words: registers, mode, bytes at RIP, last exits, a hint.
 */
#ifndef RUN_REPORT_CPU_H
#define RUN_REPORT_CPU_H

#include "tools/run/machine.h"

/* One line with RIP, mode and state, one with the last exits. */
void report_cpu_short(const struct cpu *cpu);

/* All registers, the bytes at RIP, the last exits. */
void report_cpu(const struct machine *m, const struct cpu *cpu);

/* What such a crash usually means. */
void report_hint(const struct machine *m, const struct cpu *cpu);

/* Did the last looks find the CPU within a few instructions? */
bool report_spins(const struct cpu *cpu);

#endif
