/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and what they say; modes by Intel SDM vol. 3A, 2.2, exits by KVM's api.rst.
 */
#include "report_cpu.h"

#include <stdio.h>
#include <sys/ioctl.h>

#define CR0_PE     0x1u
#define CR0_PG     0x80000000u
#define EFER_LMA   0x400u
#define RFLAGS_IF  0x200u
#define RFLAGS_VM  0x20000u
#define SPIN_RANGE 64 /* bytes */
#define CODE_BYTES 16

#define LLU(x) ((unsigned long long)(x))

static const char *
mode(const struct cpu *cpu)
{
	const struct kvm_sregs *s = &cpu->sregs;

	if (!(s->cr0 & CR0_PE))
		return "real mode";
	if (cpu->regs.rflags & RFLAGS_VM)
		return "virtual-8086 mode";
	if (s->efer & EFER_LMA)
		return s->cs.l ? "64-bit mode" : "compatibility mode";
	if (s->cr0 & CR0_PG)
		return s->cs.db ? "32-bit mode, paging" : "16-bit protected mode, paging";
	return s->cs.db ? "32-bit mode, no paging" : "16-bit protected mode, no paging";
}

static const char *
activity(const struct cpu *cpu)
{
	switch (cpu->mp_state) {
	case KVM_MP_STATE_UNINITIALIZED:
		return "not started";
	case KVM_MP_STATE_INIT_RECEIVED:
	case KVM_MP_STATE_SIPI_RECEIVED:
		return "being started";
	case KVM_MP_STATE_HALTED:
		return cpu->regs.rflags & RFLAGS_IF ? "halted, waiting for an interrupt"
		                                    : "halted with interrupts off";
	default:
		return "running";
	}
}

bool
report_spins(const struct cpu *cpu)
{
	uint64_t low = UINT64_MAX, high = 0;

	if (cpu->samples < CPU_SAMPLES)
		return false;
	for (unsigned i = 0; i < CPU_SAMPLES; i++) {
		low = cpu->sample[i] < low ? cpu->sample[i] : low;
		high = cpu->sample[i] > high ? cpu->sample[i] : high;
	}
	return high - low < SPIN_RANGE;
}

static void
print_exit(const struct exit_note *n)
{
	switch (n->reason) {
	case KVM_EXIT_IO:
		fprintf(stderr, " %s%u(0x%llx)=0x%llx", n->write ? "out" : "in", 8u * n->size,
		        LLU(n->where), LLU(n->value));
		break;
	case KVM_EXIT_MMIO:
		fprintf(stderr, " %s%u[0x%llx]=0x%llx", n->write ? "write" : "read",
		        8u * n->size, LLU(n->where), LLU(n->value));
		break;
	case KVM_EXIT_SHUTDOWN:
		fputs(" shutdown", stderr);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		fprintf(stderr, " internal-error(%llu)", LLU(n->where));
		break;
	case KVM_EXIT_FAIL_ENTRY:
		fprintf(stderr, " fail-entry(0x%llx)", LLU(n->where));
		break;
	case KVM_EXIT_DEBUG:
		fputs(" step", stderr);
		break;
	default:
		fprintf(stderr, " exit-%u", n->reason);
	}
}

static void
print_exits(const struct cpu *cpu)
{
	uint64_t first = cpu->exits > CPU_NOTES ? cpu->exits - CPU_NOTES : 0;

	fprintf(stderr, "    %llu exits%s", LLU(cpu->exits), cpu->exits ? ", the last:" : "");
	for (uint64_t i = first; i < cpu->exits; i++)
		print_exit(&cpu->note[i % CPU_NOTES]);
	fputc('\n', stderr);
}

void
report_cpu_short(const struct cpu *cpu)
{
	if (!cpu->stopped) {
		fprintf(stderr, "  CPU %u: state unknown\n", cpu->id);
		return;
	}
	fprintf(stderr, "  CPU %u: %s, %s, rip 0x%llx%s\n", cpu->id, activity(cpu), mode(cpu),
	        LLU(cpu->regs.rip), report_spins(cpu) ? ", stays there" : "");
	print_exits(cpu);
}

static void
print_registers(const struct cpu *cpu)
{
	const struct kvm_regs *r = &cpu->regs;
	const struct kvm_sregs *s = &cpu->sregs;
	const struct {
		const char *name;
		uint64_t value;
	} all[] = {{"rip", r->rip}, {"rflags", r->rflags}, {"rsp", r->rsp}, {"rax", r->rax},
	        {"rbx", r->rbx}, {"rcx", r->rcx}, {"rdx", r->rdx}, {"rsi", r->rsi},
	        {"rdi", r->rdi}, {"rbp", r->rbp}, {"r8", r->r8}, {"r9", r->r9}, {"r10", r->r10},
	        {"r11", r->r11}, {"r12", r->r12}, {"r13", r->r13}, {"r14", r->r14},
	        {"r15", r->r15}, {"cr0", s->cr0}, {"cr2", s->cr2}, {"cr3", s->cr3},
	        {"cr4", s->cr4}, {"efer", s->efer}, {"gdt", s->gdt.base}, {"idt", s->idt.base},
	        {"cs", s->cs.selector}, {"ss", s->ss.selector}};

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		fprintf(stderr, "%s%6s %016llx",
		        i % 3 ? "  "
		        : i   ? "\n    "
		              : "    ",
		        all[i].name, LLU(all[i].value));
	fputc('\n', stderr);
}

/* By the guest's own page tables, as the CPU would fetch them. */
static void
print_code(const struct machine *m, const struct cpu *cpu)
{
	uint64_t linear = cpu->regs.rip + (cpu->sregs.efer & EFER_LMA ? 0 : cpu->sregs.cs.base);
	struct kvm_translation t = {.linear_address = linear};
	const uint8_t *bytes = NULL;

	if (ioctl(m->vm.cpu[cpu->id], KVM_TRANSLATE, &t) == 0 && t.valid)
		bytes = memory_at(&m->vm.mem, t.physical_address, CODE_BYTES);
	fputs("    bytes at rip:", stderr);
	for (unsigned i = 0; bytes && i < CODE_BYTES; i++)
		fprintf(stderr, " %02x", bytes[i]);
	fputs(bytes ? "\n" : " no memory is mapped there\n", stderr);
}

void
report_cpu(const struct machine *m, const struct cpu *cpu)
{
	report_cpu_short(cpu);
	if (!cpu->stopped)
		return;
	if (cpu->was_reset)
		fputs("    (KVM has reset this CPU, as it does on AMD; the state is that of its\n"
		      "    last exit before, so it died somewhere after this)\n",
		        stderr);
	print_registers(cpu);
	print_code(m, cpu);
}

void
report_hint(const struct machine *m, const struct cpu *cpu)
{
	const char *hint;

	if (m->ending.what && cpu->exits &&
	        cpu->note[(cpu->exits - 1) % CPU_NOTES].reason == KVM_EXIT_INTERNAL_ERROR)
		hint = "KVM met an instruction or state that it cannot emulate; the host's kernel log (dmesg) may say which";
	else if (!m->marks.kernel)
		hint = "the stub itself failed, which is worth a report";
	else if (!m->marks.first_byte)
		hint = "it died before its console was up: add earlyprintk=ttyS0,115200 to --append, and try another --protocol or more memory (-m)";
	else
		hint = "the kernel's last lines above say what it did; with reboot=t a kernel resets this way on purpose";
	fprintf(stderr, "  Hint: %s.\n", hint);
}
