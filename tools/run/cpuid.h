/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID for each virtual CPU: what KVM supports, with this machine's topology.
 */
#ifndef RUN_CPUID_H
#define RUN_CPUID_H

#include <stdbool.h>
#include <stdint.h>

/* Give `cpus` CPUs their leaves. NULL, or the call that failed, with errno. */
const char *cpuid_set(int kvm, const int *cpu, uint32_t cpus);

/* Will guests see pages of 1 GiB (0x80000001 EDX bit 26)? */
bool cpuid_gb_pages(int kvm);

#endif
