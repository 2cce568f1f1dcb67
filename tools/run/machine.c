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
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec - m->began;
}

static void *
start_thread(void *arg)
{
	struct cpu *cpu = arg;

	struct machine *m = cpu->machine;

	own_run = m->vm.run[cpu->id];
	if (m->jailed && !jail_enter(JAIL_CPU, (int)cpu->id))
		ending_set(&m->ending, ENDING_HOST, (uint32_t)errno, cpu->id, "the jail");
	sem_post(&m->ready);
	pthread_mutex_lock(&m->gate);
	pthread_mutex_unlock(&m->gate);
	return cpu_thread(cpu);
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
		error = pthread_create(&cpu->thread, NULL, start_thread, cpu);
		cpu->started = !error;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return !error;
}

void
machine_go(struct machine *m)
{
	for (uint32_t i = 0; i < m->vm.cpus; i++)
		while (m->cpu[i].started && sem_wait(&m->ready) < 0)
			; /* a signal came */
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

/* A kick may come before the thread has seen the ending: repeat until it is gone. */
void
machine_stop(struct machine *m)
{
	const struct timespec patience = {.tv_nsec = 50000000};

	for (uint32_t i = 0; i < m->vm.cpus; i++) {
		struct timespec until;
		struct cpu *cpu = &m->cpu[i];

		while (cpu->started) {
			pthread_kill(cpu->thread, KICK);
			clock_gettime(CLOCK_REALTIME, &until);
			until.tv_nsec += patience.tv_nsec;
			until.tv_sec += until.tv_nsec / 1000000000;
			until.tv_nsec %= 1000000000;
			if (pthread_timedjoin_np(cpu->thread, NULL, &until) == 0)
				cpu->started = false;
		}
	}
}
