/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmm KERNEL INITRD WORDS: a virtual machine monitor in one file, by KVM and libkshim.
 *
 * Built by cc $(pkg-config --cflags kshim) vmm.c $(pkg-config --libs kshim). The guest has one
 * CPU, KVM's interrupt chips and a serial port, and ends by a reset. plan_boot() decides where
 * everything goes, load() carries that out.
 */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <kshim.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY (256 * KSHIM_MIB)
#define UART   0x3f8

enum { DATA, IER, IIR, LCR, LSR = 5, MSR }; /* an 8250's registers */

static _Alignas(4096) uint8_t memory[MEMORY];

struct vmm {
	int kvm, vm, cpu;
	struct kvm_run *run;
	uint8_t uart[8];
	struct kshim_span file[2]; /* kernel, initrd; their blobs' handles */
};

struct boot {
	char line[4096];
	struct kshim_facts facts;
	struct kshim_memmap map;
	struct kshim_plan_request request;
	struct kshim_plan plan;
};

static void
die(const char *what)
{
	perror(what);
	exit(3);
}

static struct kshim_span
read_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	void *data = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		die(path);
	return (struct kshim_span){data, (uint64_t)st.st_size};
}

/* Everything about this boot, from two files and a line. */
static enum kshim_refusal_code
plan_boot(const struct kshim_span file[2], const char *words, struct boot *b,
        struct kshim_refusal *ret_why)
{
	struct kshim_image kernel = kshim_image_of(file[0]);
	struct kshim_span line = {(const uint8_t *)words, strlen(words)};

	b->request = (struct kshim_plan_request){.kernel = &b->facts,
	        .map = &b->map,
	        .blobs = 2,
	        .blob = {{KSHIM_BLOB_STREAM, 0, 0, file[0].size, "kernel"},
	                {KSHIM_BLOB_STREAM, 1, 0, file[1].size, "initrd"}},
	        .cmdline = kshim_cmdline_init(b->line, sizeof(b->line))};
	if (kshim_memmap_add(&b->map, 0, 640 * KSHIM_KIB, KSHIM_MEM_RAM, ret_why) ||
	        kshim_memmap_add(
	                &b->map, KSHIM_MIB, MEMORY - KSHIM_MIB, KSHIM_MEM_RAM, ret_why) ||
	        kshim_cmdline_append(&b->request.cmdline, line, ret_why) ||
	        kshim_kernel_probe(&kernel, &b->facts, ret_why))
		return ret_why->code;
	return kshim_plan_make(&b->request, &b->plan, ret_why);
}

/* The plan names no address outside of the map, so none outside of our memory. */
static enum kshim_refusal_code
load(const struct vmm *v, const struct boot *b, struct kshim_refusal *ret_why)
{
	for (uint32_t i = 0; i < b->plan.moves; i++) {
		const struct kshim_move *m = &b->plan.move[i];

		if (m->op == KSHIM_MOVE_READ)
			memcpy(memory + m->dst, v->file[m->handle].base + m->src, m->len);
		else
			memset(memory + m->dst, 0, m->len);
	}
	for (uint32_t i = 0; i < b->plan.placements; i++) {
		const struct kshim_placement *p = &b->plan.placement[i];

		if (kshim_handoff_writes(p) &&
		        kshim_handoff_write(&b->request, &b->plan, &b->map, p,
		                memory + p->range.addr, ret_why))
			return ret_why->code;
	}
	return KSHIM_REFUSAL_NONE;
}

static struct kvm_segment
segment(struct kshim_segment_state s)
{
	return (struct kvm_segment){.base = s.base,
	        .limit = s.limit,
	        .selector = s.selector,
	        .type = s.access & 0xf,
	        .s = s.access >> 4 & 1,
	        .present = s.access >> 7 & 1,
	        .l = s.access >> 13 & 1,
	        .db = s.access >> 14 & 1,
	        .g = s.access >> 15 & 1};
}

static void
enter(struct vmm *v, const struct kshim_plan *plan)
{
	struct kshim_machine_state s;
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	kshim_entry_state(plan, &s);
	regs = (struct kvm_regs){.rip = s.rip, .rsp = s.rsp, .rbx = s.rbx, .rsi = s.rsi};
	regs.rflags = s.rflags;
	if (ioctl(v->cpu, KVM_GET_SREGS, &sregs) < 0)
		die("KVM_GET_SREGS");
	sregs.cs = segment(s.cs);
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = segment(s.data);
	sregs.tr = segment(s.tr);
	sregs.gdt = (struct kvm_dtable){.base = s.gdt_base, .limit = (uint16_t)s.gdt_limit};
	sregs.cr0 = s.cr0;
	sregs.cr3 = s.cr3;
	sregs.cr4 = s.cr4;
	sregs.efer = s.efer;
	if (ioctl(v->cpu, KVM_SET_SREGS, &sregs) < 0 || ioctl(v->cpu, KVM_SET_REGS, &regs) < 0)
		die("KVM_SET_REGS");
}

static void
make_machine(struct vmm *v)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 leaf[256];
	} cpuid = {.head.nent = 256};
	struct kvm_userspace_memory_region region = {
	        .memory_size = MEMORY, .userspace_addr = (uintptr_t)memory};

	if ((v->kvm = open("/dev/kvm", O_RDWR)) < 0 ||
	        (v->vm = ioctl(v->kvm, KVM_CREATE_VM, 0)) < 0 ||
	        ioctl(v->vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 ||
	        ioctl(v->vm, KVM_SET_TSS_ADDR, 0xfffbd000) < 0 ||
	        ioctl(v->vm, KVM_CREATE_IRQCHIP, 0) < 0 ||
	        ioctl(v->vm, KVM_CREATE_PIT, 0) < 0 ||
	        (v->cpu = ioctl(v->vm, KVM_CREATE_VCPU, 0)) < 0 ||
	        ioctl(v->kvm, KVM_GET_SUPPORTED_CPUID, &cpuid) < 0 ||
	        ioctl(v->cpu, KVM_SET_CPUID2, &cpuid) < 0)
		die("/dev/kvm");
	v->run = mmap(NULL, (size_t)ioctl(v->kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
	        PROT_READ | PROT_WRITE, MAP_SHARED, v->cpu, 0);
	if (v->run == MAP_FAILED)
		die("the CPU's page");
}

/* An 8250 whose transmitter is always empty, and tells by interrupt 4 if that is wanted. */
static void
uart_write(struct vmm *v, unsigned reg, uint8_t value)
{
	struct kvm_irq_level line = {.irq = 4, .level = 1};

	if (reg <= IER && v->uart[LCR] & 0x80) /* the divisor */
		return;
	if (reg == DATA)
		putchar(value);
	else
		v->uart[reg] = value;
	if (reg > IER || !(v->uart[IER] & 2))
		return;
	ioctl(v->vm, KVM_IRQ_LINE, &line);
	line.level = 0;
	ioctl(v->vm, KVM_IRQ_LINE, &line);
}

/* One access to a port; true if it was the reset. */
static bool
port_access(struct vmm *v)
{
	uint8_t *data = (uint8_t *)v->run + v->run->io.data_offset;
	uint16_t port = v->run->io.port;
	bool uart = port >= UART && port < UART + 8;
	const uint8_t fixed[8] = {[IIR] = v->uart[IER] & 2 ? 2 : 1, [LSR] = 0x60, [MSR] = 0xb0};

	if (v->run->io.direction == KVM_EXIT_IO_IN) {
		memset(data, port == 0x64 ? 0 : 0xff, v->run->io.size * v->run->io.count);
		if (uart)
			*data = fixed[port & 7] ? fixed[port & 7] : v->uart[port & 7];
		return false;
	}
	for (uint32_t i = 0; uart && i < v->run->io.count; i++)
		uart_write(v, port & 7, data[i]);
	return port == 0x64 && *data == 0xfe; /* what "reboot=k" does */
}

static int
run(struct vmm *v)
{
	do {
		if (ioctl(v->cpu, KVM_RUN, 0) < 0)
			die("KVM_RUN");
		if (v->run->exit_reason == KVM_EXIT_MMIO)
			memset(v->run->mmio.data, 0xff, sizeof(v->run->mmio.data));
		else if (v->run->exit_reason != KVM_EXIT_IO)
			return 4;
	} while (v->run->exit_reason == KVM_EXIT_MMIO || !port_access(v));
	return 0;
}

int
main(int argc, char **argv)
{
	static struct vmm vmm;
	static struct boot boot;
	struct kshim_refusal why;
	char text[512];

	if (argc != 4) {
		fputs("usage: vmm KERNEL INITRD WORDS\n", stderr);
		return 2;
	}
	vmm.file[0] = read_file(argv[1]);
	vmm.file[1] = read_file(argv[2]);
	if (!plan_boot(vmm.file, argv[3], &boot, &why) && !load(&vmm, &boot, &why)) {
		make_machine(&vmm);
		enter(&vmm, &boot.plan);
		return run(&vmm);
	}
	kshim_refusal_format(&why, text, sizeof(text));
	fprintf(stderr, "vmm: %s\n", text);
	return 1;
}
