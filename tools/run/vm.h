/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual machine that KVM gives us: memory, interrupt chips, timer, CPUs.
 *
 * Source: Linux Documentation/virt/kvm/api.rst.
 */
#ifndef RUN_VM_H
#define RUN_VM_H

#include <linux/kvm.h>

#include "stub/handoff/entry.h"
#include "tools/run/memory.h"
#include "tools/run/options.h"

struct vm {
	int kvm, fd;
	struct memory mem;
	uint32_t cpus;
	int cpu[OPTIONS_CPUS_MAX];
	struct kvm_run *run[OPTIONS_CPUS_MAX];
	size_t run_size;
	int sync_regs; /* what KVM_CAP_SYNC_REGS says */
};

/* Open /dev/kvm; a sentence and STATUS_HOST if it is absent, forbidden or no KVM. */
int vm_open_kvm(int *ret_kvm);

/*
 * Make the machine; a sentence and STATUS_HOST on failure. vm->kvm is open. `memory_file` is
 * memory_make()'s.
 */
int vm_make(struct vm *vm, const struct layout *layout, int memory_file, uint32_t cpus);
void vm_free(struct vm *vm);

/* Give the boot CPU the state at the first instruction; a sentence and STATUS_HOST on failure.
 */
int vm_set_state(const struct vm *vm, const struct machine_state *state);

#endif
