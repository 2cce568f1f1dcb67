/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run loop: KVM_RUN, serve the exit, again, until the run ends.
 *
 * On the stub path with --dump-handoff the stub's last word (devices.h) starts single-stepping,
 * which works on every host (hardware breakpoints don't), until RIP leaves the stub's page:
 * then the next instruction is the kernel's first.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "tools/run/dump.h"
#include "tools/run/machine.h"

#define RFLAGS_IF 0x200
#define RESET_RIP 0xfff0
#define RESET_CS  0xf000

static int
cpu_fd(const struct cpu *cpu)
{
	return cpu->machine->vm.cpu[cpu->id];
}

static struct exit_note *
note(struct cpu *cpu, const struct kvm_run *run)
{
	struct exit_note *n = &cpu->note[cpu->exits++ % CPU_NOTES];

	*n = (struct exit_note){.reason = run->exit_reason};
	return n;
}

/* What this CPU asked the host for has failed, with errno. */
static void
end_by_host(struct cpu *cpu, const char *what)
{
	ending_set(&cpu->machine->ending, ENDING_HOST, (uint32_t)errno, cpu->id, what);
}

/* Once set it must be set again after each step: a popf of the guest clears it. */
static void
step(struct cpu *cpu, bool on)
{
	struct kvm_guest_debug debug = {
	        .control = on ? KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP : 0};

	cpu->stepping = on;
	if (ioctl(cpu_fd(cpu), KVM_SET_GUEST_DEBUG, &debug) < 0)
		end_by_host(cpu, "KVM_SET_GUEST_DEBUG");
}

static void
kernel_reached(struct cpu *cpu)
{
	struct machine *m = cpu->machine;
	const char *failed;

	m->marks.kernel = machine_now(m);
	m->sent_before = m->terminal.sent;
	if (!m->dump)
		return;
	failed = dump_handoff(m);
	m->dumped = !failed;
	if (failed)
		end_by_host(cpu, failed);
}

static void
on_jump(struct cpu *cpu)
{
	struct machine *m = cpu->machine;
	struct kvm_regs regs;

	if (m->marks.jump)
		return;
	m->marks.jump = machine_now(m);
	if (!m->dump) {
		kernel_reached(cpu);
		return;
	}
	if (ioctl(cpu_fd(cpu), KVM_GET_REGS, &regs) < 0) {
		end_by_host(cpu, "KVM_GET_REGS");
		return;
	}
	cpu->step_page = align_down(regs.rip, PAGE);
	step(cpu, true);
}

static void
on_step(struct cpu *cpu)
{
	struct kvm_regs regs;

	if (!cpu->stepping)
		return;
	if (ioctl(cpu_fd(cpu), KVM_GET_REGS, &regs) < 0) {
		end_by_host(cpu, "KVM_GET_REGS");
		return;
	}
	if (align_down(regs.rip, PAGE) == cpu->step_page) {
		step(cpu, true);
		return;
	}
	step(cpu, false);
	kernel_reached(cpu);
}

static uint32_t
get(const uint8_t *data, unsigned size)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint32_t)data[i] << (8 * i);
	return value;
}

static void
put(uint8_t *data, unsigned size, uint32_t value)
{
	for (unsigned i = 0; i < size; i++)
		data[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t
in(struct machine *m, const struct kvm_run *run)
{
	uint32_t value;

	if (plug_in(&m->plug, run->io.port, run->io.size, &value))
		return value;
	return devices_in(&m->devices, run->io.port, run->io.size);
}

/* True if it was the stub's word that it jumps now. */
static bool
out(struct cpu *cpu, const struct kvm_run *run, uint32_t value)
{
	struct machine *m = cpu->machine;

	return !plug_out(&m->plug, run->io.port, run->io.size, value) &&
	       devices_out(&m->devices, run->io.port, run->io.size, value, cpu->id);
}

static void
on_io(struct cpu *cpu, struct kvm_run *run, struct exit_note *n)
{
	struct machine *m = cpu->machine;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	bool jump = false;

	n->write = run->io.direction == KVM_EXIT_IO_OUT;
	n->size = run->io.size;
	n->where = run->io.port;
	for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size) {
		if (n->write)
			jump |= out(cpu, run, get(data, run->io.size));
		else
			put(data, run->io.size, in(m, run));
		n->value = get(data, run->io.size);
	}
	if (m->marks.kernel && !m->marks.first_byte && m->terminal.sent > m->sent_before)
		m->marks.first_byte = machine_now(m);
	if (jump)
		on_jump(cpu);
}

/* Nothing answers at memory that is not there: reads are all ones. */
static void
on_mmio(struct machine *m, struct kvm_run *run, struct exit_note *n)
{
	bool served = plug_mmio(&m->plug, run->mmio.phys_addr, run->mmio.len,
	        run->mmio.is_write, run->mmio.data);

	n->write = run->mmio.is_write;
	n->size = (uint8_t)run->mmio.len;
	n->where = run->mmio.phys_addr;
	if (!served && !run->mmio.is_write)
		for (uint32_t i = 0; i < run->mmio.len; i++)
			run->mmio.data[i] = 0xff;
	n->value = get(run->mmio.data, run->mmio.len < 4 ? run->mmio.len : 4);
}

static void
on_system_event(struct cpu *cpu, const struct kvm_run *run)
{
	struct ending *e = &cpu->machine->ending;

	if (run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN)
		ending_set(e, ENDING_POWER_OFF, 0, cpu->id, NULL);
	else if (run->system_event.type == KVM_SYSTEM_EVENT_RESET)
		ending_set(e, ENDING_RESET, 0, cpu->id, "KVM");
	else
		ending_set(e, ENDING_CRASH, 0, cpu->id, "the guest reported a crash to KVM");
}

static void
serve(struct cpu *cpu, struct kvm_run *run)
{
	struct ending *e = &cpu->machine->ending;
	struct exit_note *n = note(cpu, run);

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		on_io(cpu, run, n);
		break;
	case KVM_EXIT_MMIO:
		on_mmio(cpu->machine, run, n);
		break;
	case KVM_EXIT_DEBUG:
		on_step(cpu);
		break;
	case KVM_EXIT_INTR:
	case KVM_EXIT_HLT:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		on_system_event(cpu, run);
		break;
	case KVM_EXIT_SHUTDOWN:
		ending_set(e, ENDING_CRASH, 0, cpu->id, "triple fault");
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		n->where = run->internal.suberror;
		ending_set(e, ENDING_CRASH, run->internal.suberror, cpu->id,
		        "KVM cannot go on (internal error)");
		break;
	case KVM_EXIT_FAIL_ENTRY:
		n->where = run->fail_entry.hardware_entry_failure_reason;
		ending_set(e, ENDING_CRASH, 0, cpu->id,
		        "the CPU did not enter the guest (bad state)");
		break;
	default:
		ending_set(e, ENDING_CRASH, run->exit_reason, cpu->id,
		        "an exit that nobody handles");
	}
}

/* Kicked: note where the CPU is and whether anything can still wake it. */
static void
look(struct cpu *cpu)
{
	struct kvm_regs regs;
	struct kvm_mp_state mp;

	if (ioctl(cpu_fd(cpu), KVM_GET_REGS, &regs) < 0 ||
	        ioctl(cpu_fd(cpu), KVM_GET_MP_STATE, &mp) < 0)
		return;
	cpu->sample[cpu->samples++ % CPU_SAMPLES] = regs.rip;
	atomic_store(&cpu->halted,
	        mp.mp_state == KVM_MP_STATE_UNINITIALIZED ||
	                (mp.mp_state == KVM_MP_STATE_HALTED && !(regs.rflags & RFLAGS_IF)));
}

/* Let KVM leave the registers in the shared page at each exit, if it can. */
static void
sync_state(struct cpu *cpu, struct kvm_run *run)
{
	const int wanted = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
	int able = cpu->machine->vm.sync_regs;

	cpu->synced = able > 0 && (able & wanted) == wanted &&
	              ioctl(cpu_fd(cpu), KVM_GET_REGS, &run->s.regs.regs) == 0 &&
	              ioctl(cpu_fd(cpu), KVM_GET_SREGS, &run->s.regs.sregs) == 0;
	if (cpu->synced)
		run->kvm_valid_regs = (uint64_t)wanted;
}

static void
keep_state(struct cpu *cpu, const struct kvm_run *run)
{
	if (!cpu->synced)
		return;
	cpu->last_regs = run->s.regs.regs;
	cpu->last_sregs = run->s.regs.sregs;
}

/*
 * KVM on AMD resets a CPU that shuts down before it tells. Give it back the last state that is
 * known, so that it can be asked by which addresses it ran.
 */
static void
undo_reset(struct cpu *cpu)
{
	cpu->was_reset = cpu->synced && cpu->regs.rip == RESET_RIP &&
	                 cpu->sregs.cs.selector == RESET_CS &&
	                 ioctl(cpu_fd(cpu), KVM_SET_SREGS, &cpu->last_sregs) == 0 &&
	                 ioctl(cpu_fd(cpu), KVM_SET_REGS, &cpu->last_regs) == 0;
	if (cpu->was_reset) {
		cpu->regs = cpu->last_regs;
		cpu->sregs = cpu->last_sregs;
	}
}

static void
take_state(struct cpu *cpu)
{
	struct kvm_mp_state mp = {0};

	cpu->stopped = ioctl(cpu_fd(cpu), KVM_GET_REGS, &cpu->regs) == 0 &&
	               ioctl(cpu_fd(cpu), KVM_GET_SREGS, &cpu->sregs) == 0;
	if (ioctl(cpu_fd(cpu), KVM_GET_MP_STATE, &mp) == 0)
		cpu->mp_state = mp.mp_state;
	if (cpu->stopped && cpu->machine->vm.run[cpu->id]->exit_reason == KVM_EXIT_SHUTDOWN)
		undo_reset(cpu);
}

void *
cpu_thread(void *arg)
{
	struct cpu *cpu = arg;
	struct machine *m = cpu->machine;
	struct kvm_run *run = m->vm.run[cpu->id];

	if (cpu->id == 0) {
		m->marks.first_run = machine_now(m);
		if (m->direct)
			kernel_reached(cpu);
	}
	sync_state(cpu, run);
	while (!ending_over(&m->ending)) {
		keep_state(cpu, run);
		if (ioctl(cpu_fd(cpu), KVM_RUN, 0) == 0) {
			serve(cpu, run);
		} else if (errno == EINTR || errno == EAGAIN) {
			run->immediate_exit = 0;
			look(cpu);
		} else {
			end_by_host(cpu, "KVM_RUN");
		}
	}
	take_state(cpu);
	return NULL;
}
