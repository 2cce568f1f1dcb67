/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One package with a core a CPU: Intel SDM vol. 2A, CPUID leaves 1, 4, 0xb, 0x1f; AMD APM
 * vol. 3, leaves 0x80000008 and 0x8000001e. KVM's own leaves (0x40000000 on) come with what it
 * supports: by them Linux finds kvm-clock and calibrates nothing.
 */
#include "cpuid.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define LEAVES           256
#define L1_TSC_DEADLINE  (1u << 24) /* ECX */
#define L1_HYPERVISOR    (1u << 31) /* ECX */
#define L1_MULTITHREADED (1u << 28) /* EDX */
#define EXT_GB_PAGES     (1u << 26) /* 0x80000001 EDX */
#define TOPOLOGY_SMT     1u
#define TOPOLOGY_CORE    2u

static struct kvm_cpuid2 *
supported(int kvm)
{
	struct kvm_cpuid2 *c = calloc(1, sizeof(*c) + LEAVES * sizeof(struct kvm_cpuid_entry2));

	if (!c)
		return NULL;
	c->nent = LEAVES;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, c) < 0) {
		free(c);
		return NULL;
	}
	return c;
}

/* Bits that APIC IDs 0 to cpus - 1 need. */
static uint32_t
id_bits(uint32_t cpus)
{
	return cpus > 1 ? 32 - (uint32_t)__builtin_clz(cpus - 1) : 0;
}

/* Leaves 0xb and 0x1f: level 0 is one thread, level 1 all cores. */
static void
set_topology(struct kvm_cpuid_entry2 *e, uint32_t id, uint32_t cpus)
{
	e->eax = e->index == 1 ? id_bits(cpus) : 0;
	e->ebx = e->index == 0 ? 1 : e->index == 1 ? cpus : 0;
	e->ecx = e->index | (e->index == 0 ? TOPOLOGY_SMT : TOPOLOGY_CORE) << 8;
	if (e->index > 1)
		e->ecx = e->index;
	e->edx = id;
}

static void
set_leaf(struct kvm_cpuid_entry2 *e, uint32_t id, uint32_t cpus, bool deadline)
{
	switch (e->function) {
	case 1:
		e->ebx = (e->ebx & 0xffff) | cpus << 16 | id << 24;
		e->ecx |= L1_HYPERVISOR | (deadline ? L1_TSC_DEADLINE : 0);
		e->edx = cpus > 1 ? e->edx | L1_MULTITHREADED : e->edx & ~L1_MULTITHREADED;
		break;
	case 4: /* caches: none is shared by several cores but the last */
		e->eax = (e->eax & 0x3fff) | (cpus - 1) << 26;
		if ((e->eax >> 5 & 7) == 3)
			e->eax |= (cpus - 1) << 14;
		break;
	case 0xb:
	case 0x1f:
		set_topology(e, id, cpus);
		break;
	case 0x80000008:
		e->ecx = id_bits(cpus) << 12 | (cpus - 1);
		break;
	case 0x8000001e:
		e->eax = id;
		e->ebx = id;
		e->ecx = 0;
		break;
	}
}

const char *
cpuid_set(int kvm, const int *cpu, uint32_t cpus)
{
	bool deadline = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_TSC_DEADLINE_TIMER) > 0;
	bool good = true;

	for (uint32_t id = 0; id < cpus && good; id++) {
		struct kvm_cpuid2 *c = supported(kvm);

		if (!c)
			return "KVM_GET_SUPPORTED_CPUID";
		for (uint32_t i = 0; i < c->nent; i++)
			set_leaf(&c->entries[i], id, cpus, deadline);
		good = ioctl(cpu[id], KVM_SET_CPUID2, c) == 0;
		free(c);
	}
	return good ? NULL : "KVM_SET_CPUID2";
}

bool
cpuid_gb_pages(int kvm)
{
	struct kvm_cpuid2 *c = supported(kvm);
	bool found = false;

	for (uint32_t i = 0; c && i < c->nent; i++)
		if (c->entries[i].function == 0x80000001)
			found = c->entries[i].edx & EXT_GB_PAGES;
	free(c);
	return found;
}
