/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MP table, by which a kernel with acpi=off finds its CPUs and interrupts.
 *
 * Source: Intel MultiProcessor Specification 1.4, chapter 4.
 */
#ifndef RUN_MPTABLE_H
#define RUN_MPTABLE_H

#include "tools/launch/layout.h"
#include "tools/run/memory.h"

/* Write floating pointer and table for `cpus` CPUs; false if they do not fit. */
bool mptable_write(const struct memory *mem, const struct layout *layout, uint32_t cpus);

#endif
