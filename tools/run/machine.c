/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: start, kick, stop. A kick is a signal whose handler tells KVM to leave the guest at
 * once, so that none is lost between a look at the flags and KVM_RUN.
 */
#include "machine.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "tools/run/clock.h"
#include "tools/run/jail.h"

#define KICK SIGUSR1

static _Thread_local struct kvm_run *own_run;

static void
on_kick(int signal)
{
	(void)signal;
	if (own_run)
		own_run->immediate_exit = 1;
}

uint64_t
machine_now(const struct machine *m)
{
	return clock_ns() - m->began;
}

/* Enter the jail and wait for machine_go(). */
static void
pass_gate(struct machine *m, enum jail_who who, int cpu)
{
	if (m->jailed && !jail_enter(who, cpu))
		ending_set(&m->ending, ENDING_HOST, (uint32_t)errno, 0, "the jail");
	sem_post(&m->ready);
	pthread_mutex_lock(&m->gate);
	pthread_mutex_unlock(&m->gate);
}

static void *
start_cpu(void *arg)
{
	struct cpu *cpu = arg;

	own_run = cpu->machine->vm.run[cpu->id];
	pass_gate(cpu->machine, JAIL_CPU, (int)cpu->id);
	return cpu_thread(cpu);
}

static void *
start_helper(void *arg)
{
	struct helper *h = arg;

	pass_gate(h->machine, JAIL_DEVICE, JAIL_FOR_DEVICES);
	if (h->device)
		h->device->ops->thread(h->device);
	else
		loop_run(&h->machine->plug.loop);
	return NULL;
}

/* 0, or an errno. */
static int
add_helper(struct machine *m, struct virtio_device *device)
{
	struct helper *h = &m->helper[m->helpers];
	int error;

	if (m->helpers == MACHINE_HELPERS)
		return EAGAIN;
	*h = (struct helper){.machine = m, .device = device};
	error = pthread_create(&h->thread, NULL, start_helper, h);
	h->started = !error;
	m->helpers += !error;
	return error;
}

static int
start_helpers(struct machine *m)
{
	int error = m->plug.present ? add_helper(m, NULL) : 0;

	for (uint32_t i = 0; i < m->plug.count; i++) {
		struct virtio_device *d = m->plug.device[i]->device;

		for (uint16_t n = 0; n < d->threads && !error; n++)
			error = add_helper(m, d);
	}
	return error;
}

/* Threads inherit the mask: only the main thread is to see signals that end the run. */
bool
machine_start(struct machine *m)
{
	struct sigaction act = {.sa_handler = on_kick};
	sigset_t all, before;
	int error = 0;

	sigaction(KICK, &act, NULL);
	sigfillset(&all);
	sigdelset(&all, KICK);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSYS);
	sem_init(&m->ready, 0, 0);
	pthread_mutex_init(&m->gate, NULL);
	pthread_mutex_lock(&m->gate);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (uint32_t i = 0; i < m->vm.cpus && !error; i++) {
		struct cpu *cpu = &m->cpu[i];

		cpu->machine = m;
		cpu->id = i;
		error = pthread_create(&cpu->thread, NULL, start_cpu, cpu);
		cpu->started = !error;
	}
	if (!error)
		error = start_helpers(m);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return !error;
}

void
machine_go(struct machine *m)
{
	uint32_t threads = m->helpers;

	for (uint32_t i = 0; i < m->vm.cpus; i++)
		threads += m->cpu[i].started;
	while (threads)
		threads -= sem_wait(&m->ready) == 0; /* else a signal came */
	pthread_mutex_unlock(&m->gate);
}

void
machine_look(struct machine *m)
{
	for (uint32_t i = 0; i < m->vm.cpus; i++)
		if (m->cpu[i].started)
			pthread_kill(m->cpu[i].thread, KICK);
}

bool
machine_all_halted(const struct machine *m)
{
	for (uint32_t i = 0; i < m->vm.cpus; i++)
		if (!atomic_load(&m->cpu[i].halted))
			return false;
	return true;
}

/* Devices' threads, too: a CPU may wait for a lock that one has, which waits for a reader. */
static void
kick_all(struct machine *m)
{
	machine_look(m);
	for (uint32_t i = 0; i < m->helpers; i++)
		if (m->helper[i].started)
			pthread_kill(m->helper[i].thread, KICK);
}

/*
 * Wait for a thread's end. A kick may come before it has seen the ending, and another thread
 * may keep it: repeat until it is gone.
 */
static void
join(struct machine *m, pthread_t thread, bool *started)
{
	const struct timespec patience = {.tv_nsec = 50000000};
	struct timespec until;

	while (*started) {
		kick_all(m);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += patience.tv_nsec;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_timedjoin_np(thread, NULL, &until) == 0)
			*started = false;
	}
}

/* The CPUs first: one may be waiting for a device to end what is under way. */
void
machine_stop(struct machine *m)
{
	for (uint32_t i = 0; i < m->vm.cpus; i++)
		join(m, m->cpu[i].thread, &m->cpu[i].started);
	plug_end(&m->plug);
	for (uint32_t i = 0; i < m->helpers; i++)
		join(m, m->helper[i].thread, &m->helper[i].started);
	m->helpers = 0;
}
