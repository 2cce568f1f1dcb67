/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM's ioctls up to the first KVM_RUN, in the order that api.rst demands: TSS address before
 * CPUs, interrupt chips before CPUs, the timer after the chips.
 */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/run/cpuid.h"
#include "tools/run/status.h"

#define MSR_MISC_ENABLE  0x1a0
#define MSR_MTRR_DEFAULT 0x2ff
#define FAST_STRINGS     0x1
#define MTRR_ENABLED_WB  0x806

static int
failed(const char *call)
{
	const char *hint = "";

	if (errno == ENOMEM)
		hint = "; give the guest less memory (-m) or fewer CPUs (-c)";
	else if (errno == ENOTTY || errno == EINVAL)
		hint = "; this KVM lacks it, try a newer kernel";
	return fail(STATUS_HOST, "KVM: %s: %s%s", call, strerror(errno), hint);
}

static int
ask_version(int kvm)
{
	int version = ioctl(kvm, KVM_GET_API_VERSION, 0);

	if (version < 0 && errno != ENOTTY)
		return failed("KVM_GET_API_VERSION");
	if (version != KVM_API_VERSION)
		return fail(STATUS_HOST,
		        "/dev/kvm is no KVM: remove what lies there and load the module kvm_intel or kvm_amd");
	return STATUS_GO_ON;
}

int
vm_open_kvm(int *ret_kvm)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0 && errno == ENOENT)
		return fail(STATUS_HOST,
		        "/dev/kvm is missing: load the module kvm_intel or kvm_amd, turn on virtualisation in the firmware's setup, or use `make run` (QEMU)");
	if (kvm < 0 && (errno == EACCES || errno == EPERM))
		return fail(STATUS_HOST,
		        "/dev/kvm is forbidden: join its group (`sudo usermod -aG kvm $USER`, then log in again)");
	if (kvm < 0)
		return fail(STATUS_HOST,
		        "/dev/kvm cannot be opened: %s; is another hypervisor in the way?",
		        strerror(errno));
	*ret_kvm = kvm;
	return ask_version(kvm);
}

static int
add_memory(struct vm *vm)
{
	for (uint32_t i = 0; i < vm->mem.slots; i++) {
		const struct memory_slot *s = &vm->mem.slot[i];
		struct kvm_userspace_memory_region region = {.slot = i,
		        .guest_phys_addr = s->range.addr,
		        .memory_size = s->range.len,
		        .userspace_addr = (uintptr_t)s->host};

		if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) < 0)
			return failed("KVM_SET_USER_MEMORY_REGION");
	}
	return STATUS_GO_ON;
}

static int
add_chips(struct vm *vm)
{
	uint64_t identity = LAYOUT_KVM_IDENTITY;
	struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};

	if (ioctl(vm->fd, KVM_SET_IDENTITY_MAP_ADDR, &identity) < 0)
		return failed("KVM_SET_IDENTITY_MAP_ADDR");
	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, LAYOUT_KVM_TSS) < 0)
		return failed("KVM_SET_TSS_ADDR");
	if (ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0) < 0)
		return failed("KVM_CREATE_IRQCHIP");
	if (ioctl(vm->fd, KVM_CREATE_PIT2, &pit) < 0)
		return failed("KVM_CREATE_PIT2");
	return STATUS_GO_ON;
}

/* As firmware leaves them: memory is cached, string moves are fast. */
static void
set_msrs(int cpu)
{
	static const struct kvm_msr_entry values[] = {
	        {.index = MSR_MTRR_DEFAULT, .data = MTRR_ENABLED_WB},
	        {.index = MSR_MISC_ENABLE, .data = FAST_STRINGS},
	};

	_Alignas(struct kvm_msrs) uint8_t room[sizeof(struct kvm_msrs) + sizeof(values[0])];
	struct kvm_msrs *one = (struct kvm_msrs *)room;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		memset(room, 0, sizeof(room));
		one->nmsrs = 1;
		one->entries[0] = values[i];
		if (ioctl(cpu, KVM_SET_MSRS, one) < 0)
			continue; /* an AMD CPU without it: no loss */
	}
}

static int
add_cpu(struct vm *vm, uint32_t id)
{
	void *run;
	int fd = ioctl(vm->fd, KVM_CREATE_VCPU, id);

	if (fd < 0)
		return failed("KVM_CREATE_VCPU");
	vm->cpu[vm->cpus] = fd;
	run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	vm->run[vm->cpus++] = run == MAP_FAILED ? NULL : run;
	if (run == MAP_FAILED)
		return failed("mmap of the CPU's shared page");
	set_msrs(fd);
	return STATUS_GO_ON;
}

static int
add_cpus(struct vm *vm, uint32_t cpus)
{
	int size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	int status = size < 0 ? failed("KVM_GET_VCPU_MMAP_SIZE") : STATUS_GO_ON;
	const char *call = NULL;

	vm->run_size = size < 0 ? 0 : (size_t)size;
	vm->sync_regs = ioctl(vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_SYNC_REGS);
	for (uint32_t id = 0; id < cpus && status == STATUS_GO_ON; id++)
		status = add_cpu(vm, id);
	if (status == STATUS_GO_ON)
		call = cpuid_set(vm->kvm, vm->cpu, cpus);
	return call ? failed(call) : status;
}

int
vm_make(struct vm *vm, const struct layout *layout, int memory_file, uint32_t cpus)
{
	int status;

	vm->cpus = 0;
	vm->mem.slots = 0;
	do
		vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	while (vm->fd < 0 && errno == EINTR);
	if (vm->fd < 0)
		return failed("KVM_CREATE_VM");
	if (!memory_make(&vm->mem, layout, memory_file))
		return fail(STATUS_HOST,
		        "no room for the guest's memory: %s; give it less (-m)",
		        strerror(errno));
	status = add_memory(vm);
	if (status == STATUS_GO_ON)
		status = add_chips(vm);
	if (status == STATUS_GO_ON)
		status = add_cpus(vm, cpus);
	return status;
}

void
vm_free(struct vm *vm)
{
	for (uint32_t i = 0; i < vm->cpus; i++) {
		if (vm->run[i])
			munmap(vm->run[i], vm->run_size);
		close(vm->cpu[i]);
	}
	vm->cpus = 0;
	if (vm->fd >= 0)
		close(vm->fd);
	vm->fd = -1;
	memory_free(&vm->mem);
}

static struct kvm_segment
kvm_segment(struct segment_state s)
{
	unsigned a = s.access;

	return (struct kvm_segment){.base = s.base,
	        .limit = s.limit,
	        .selector = s.selector,
	        .type = a & 0xf,
	        .s = a >> 4 & 1,
	        .dpl = a >> 5 & 3,
	        .present = a >> 7 & 1,
	        .avl = a >> 12 & 1,
	        .l = a >> 13 & 1,
	        .db = a >> 14 & 1,
	        .g = a >> 15 & 1};
}

int
vm_set_state(const struct vm *vm, const struct machine_state *m)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs = {.rip = m->rip,
	        .rsp = m->rsp,
	        .rflags = m->rflags,
	        .rax = m->rax,
	        .rbx = m->rbx,
	        .rcx = m->rcx,
	        .rdx = m->rdx,
	        .rsi = m->rsi,
	        .rdi = m->rdi,
	        .rbp = m->rbp};

	if (ioctl(vm->cpu[0], KVM_GET_SREGS, &sregs) < 0)
		return failed("KVM_GET_SREGS");
	sregs.cs = kvm_segment(m->cs);
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = kvm_segment(m->data);
	sregs.tr = kvm_segment(m->tr);
	sregs.gdt.base = m->gdt_base;
	sregs.gdt.limit = (uint16_t)m->gdt_limit;
	sregs.idt.base = 0;
	sregs.idt.limit = 0;
	sregs.cr0 = m->cr0;
	sregs.cr3 = m->cr3;
	sregs.cr4 = m->cr4;
	sregs.efer = m->efer;
	if (ioctl(vm->cpu[0], KVM_SET_SREGS, &sregs) < 0)
		return failed("KVM_SET_SREGS");
	if (ioctl(vm->cpu[0], KVM_SET_REGS, &regs) < 0)
		return failed("KVM_SET_REGS");
	return STATUS_GO_ON;
}
