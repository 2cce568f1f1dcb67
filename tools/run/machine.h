/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One running machine: KVM's part, the devices, a thread a CPU, and what is known about how
 * far the guest has come.
 *
 * Threads: each CPU's runs cpu_thread() and writes only its own struct cpu; the main thread
 * serves the console and looks after the clock. They meet in `ending` and in the devices' lock.
 * If devices were asked for, the device thread waits for all their descriptors, and some
 * devices have threads of their own.
 */
#ifndef RUN_MACHINE_H
#define RUN_MACHINE_H

#include <semaphore.h>

#include "tools/run/devices.h"
#include "tools/run/plug.h"
#include "tools/run/vm.h"

#define CPU_NOTES   8
#define CPU_SAMPLES 8

#define MACHINE_HELPERS 256 /* threads for devices, at the most */

/* What a CPU left the guest for. */
struct exit_note {
	uint32_t reason; /* KVM_EXIT_... */
	bool write;
	uint8_t size;
	uint64_t where; /* port or address */
	uint64_t value;
};

struct cpu {
	struct machine *machine;
	uint32_t id;
	pthread_t thread;
	bool started;
	bool stepping;      /* towards the kernel's first instruction */
	uint64_t step_page; /* where the stub was when it said that it jumps */
	atomic_bool halted; /* at the last look: no interrupt can wake it any more */
	uint64_t exits;
	struct exit_note note[CPU_NOTES]; /* the last ones, note[exits % CPU_NOTES] the next */
	uint64_t sample[CPU_SAMPLES];     /* RIP at the last looks */
	uint32_t samples;
	bool synced;               /* KVM gives the state with each exit: */
	struct kvm_regs last_regs; /* as of the last exit but one */
	struct kvm_sregs last_sregs;
	bool was_reset; /* KVM had reset it; regs and sregs are the last ones known */
	bool stopped;   /* the following are the state in which it stopped */
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	uint32_t mp_state;
};

/* A thread that serves devices. */
struct helper {
	struct machine *machine;
	struct virtio_device *device; /* whose own thread it is; NULL: the device thread */
	pthread_t thread;
	bool started;
};

/* Times since the program's start, in ns; 0: not reached. */
struct marks {
	uint64_t first_run;  /* the boot CPU's first instruction, stub or kernel */
	uint64_t jump;       /* the stub said that it jumps */
	uint64_t kernel;     /* the kernel's first instruction */
	uint64_t first_byte; /* the kernel's first byte on the console */
	uint64_t end;
};

struct machine {
	struct vm vm;
	struct terminal terminal;
	struct watch watch; /* for the terminal */
	struct devices devices;
	struct plug plug;
	struct ending ending;
	struct serve *command; /* NULL: none is run */
	struct marks marks;
	uint64_t began; /* CLOCK_MONOTONIC, ns */
	bool direct;
	uint64_t sent_before; /* bytes on the console before the kernel was entered */
	bool jailed;          /* threads enter the jail */
	sem_t ready;          /* posted by each that has entered it */
	pthread_mutex_t gate; /* which they pass when all have, and the main thread */
	const char *dump; /* where the handoff goes when the kernel is reached; NULL: nowhere */
	int dump_fd;
	bool dumped;
	struct cpu cpu[OPTIONS_CPUS_MAX];
	uint32_t helpers; /* that were started */
	struct helper helper[MACHINE_HELPERS];
};

uint64_t machine_now(const struct machine *m);

/*
 * Start a thread for each CPU and those for the devices, each of which enters its jail and
 * waits for machine_go(); false with errno if one cannot be had. The main thread enters its own
 * in between, because it may make no thread in there. So no guest runs before every thread is
 * jailed.
 */
bool machine_start(struct machine *m);
void machine_go(struct machine *m);

/* Make every CPU look at itself: halted for good, or where. */
void machine_look(struct machine *m);
bool machine_all_halted(const struct machine *m);

/* After an ending: make every CPU stop and wait for it. */
void machine_stop(struct machine *m);

/* A CPU's life, from its first KVM_RUN to the ending. */
void *cpu_thread(void *cpu);

#endif
