/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filters of system calls, from jail.def by libseccomp, and the sentence for a call that
 * one of them stops.
 *
 * Both filters are compiled before they are needed, so that entering is one system call and
 * allocates nothing. A call that is not allowed is not made: the kernel sends SIGSYS instead
 * (SECCOMP_RET_TRAP), whose handler says which it was and ends the process; where the handler
 * cannot run the signal kills. Calls by the numbers of another architecture kill at once.
 * Sources: seccomp(2), seccomp_init(3).
 */
#include "jail.h"

#include <errno.h>
#include <linux/falloc.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <linux/vhost.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <linux/filter.h>

#include "tools/run/jail_files.h"
#include "tools/run/status.h"

#define FILTER_ROOM (4u << 20) /* some forty times what the library takes */

#define BY_FILTER 1 /* the kernel's SYS_SECCOMP, which glibc's headers lack */

static const struct jail_row rows[] = {
#include "tools/run/jail.def"
        {0}};

static struct sock_fprog main_filter, cpu_filter, device_filter;
static bool devices;
static void (*before_stop)(void);
static int stop_status;
static _Thread_local int own_cpu = JAIL_NO_CPU;

/* ---- a call that was stopped ---- */

/* From the kernel's header: libseccomp's answer is allocated, and malloc() may be what was
 * stopped. */
static const char *const names[] = {
#include "build/syscalls.def"
};

static const char *
name_of(int number)
{
	bool known = number >= 0 && (size_t)number < sizeof(names) / sizeof(names[0]);

	return known && names[number] ? names[number] : "unknown";
}

static void
on_stopped_call(int signal, siginfo_t *info, void *context)
{
	const greg_t *reg = ((const ucontext_t *)context)->uc_mcontext.gregs;
	char line[256], thread[32] = "the main thread";
	int len;

	if (before_stop)
		before_stop();
	if (info->si_code != BY_FILTER)
		_exit(STATUS_SIGNALLED + signal); /* another process sent it */
	if (own_cpu == JAIL_FOR_DEVICES)
		snprintf(thread, sizeof(thread), "a thread for devices");
	else if (own_cpu != JAIL_NO_CPU)
		snprintf(thread, sizeof(thread), "the thread of CPU %d", own_cpu);
	len = snprintf(line, sizeof(line),
	        "kshim run: the jail stopped system call %d (%s, arguments 0x%llx, 0x%llx, 0x%llx) in %s: report it, or use --no-jail\n",
	        info->si_syscall, name_of(info->si_syscall), (unsigned long long)reg[REG_RDI],
	        (unsigned long long)reg[REG_RSI], (unsigned long long)reg[REG_RDX], thread);
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		_exit(stop_status);
	_exit(stop_status);
}

/* ---- filters ---- */

static int
add_row(scmp_filter_ctx filter, const struct jail_row *row)
{
	struct scmp_arg_cmp arg[2];
	unsigned count = 0;

	for (; count < 2 && row->arg[count].op; count++) {
		arg[count] = row->arg[count];
		if (arg[count].datum_b == JAIL_OWN_PID)
			arg[count].datum_b = (scmp_datum_t)getpid();
	}
	return seccomp_rule_add_array(filter,
	        row->error ? SCMP_ACT_ERRNO((unsigned)row->error) : SCMP_ACT_ALLOW, row->number,
	        count, arg);
}

static int
add_rows(scmp_filter_ctx filter, const struct jail_row *row, unsigned who)
{
	int error = 0;

	for (; row->name && !error; row++)
		if (row->who & who)
			error = add_row(filter, row);
	return error;
}

/* Read back what the library has written. 0, or a negative errno. */
static int
read_filter(int fd, struct sock_fprog *ret_program)
{
	off_t size = lseek(fd, 0, SEEK_END);
	void *code = size > 0 ? malloc((size_t)size) : NULL;

	if (!code || pread(fd, code, (size_t)size, 0) != size) {
		free(code);
		return errno ? -errno : -EIO;
	}
	*ret_program = (struct sock_fprog){
	        (unsigned short)((size_t)size / sizeof(struct sock_filter)), code};
	return 0;
}

/* The library writes a filter to a file only (the versions that Debian 12 has). */
static int export(scmp_filter_ctx filter, struct sock_fprog *ret_program)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	int error = fd < 0 ? -errno : seccomp_export_bpf(filter, fd);

	if (!error)
		error = read_filter(fd, ret_program);
	if (fd >= 0)
		close(fd);
	return error;
}

/* A filter of the rows of `who`. 0, or a negative errno. */
static int
make_filter(unsigned who, struct sock_fprog *ret_program)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int error = filter ? 0 : -ENOMEM;

	if (!error)
		error = seccomp_attr_set(
		        filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (!error)
		error = add_rows(filter, rows, who);
	if (!error && jail_more)
		error = add_rows(filter, jail_more, who);
	if (!error)
		error = export(filter, ret_program);
	if (filter)
		seccomp_release(filter);
	return error;
}

/*
 * Is there as much memory as the library could need? If an allocation fails in the middle it
 * leaves out calls or arguments, or does not return (seen with 2.5.4).
 */
static bool
has_memory(void)
{
	void *volatile room = malloc(FILTER_ROOM); /* or the compiler leaves it out */
	bool there = room != NULL;

	free(room);
	return there;
}

void
jail_for_devices(void)
{
	devices = true;
}

static int
make_filters(bool again)
{
	unsigned cpu_rows = devices ? JAIL_CPU | JAIL_BUS : JAIL_CPU;
	unsigned device_rows = JAIL_DEVICE | JAIL_BUS;
	unsigned main_rows = again ? JAIL_MAIN | JAIL_AGAIN | cpu_rows : JAIL_MAIN;
	int error = has_memory() ? 0 : -ENOMEM;

	if (devices)
		main_rows |= again ? device_rows : JAIL_BUS;
	if (!error)
		error = make_filter(main_rows, &main_filter);
	if (!error)
		error = make_filter(cpu_rows, &cpu_filter);
	return error || !devices ? error : make_filter(device_rows, &device_filter);
}

bool
jail_shut(const int *keep, uint32_t count, bool again, void (*at_stop)(void), int status)
{
	struct sigaction act = {.sa_sigaction = on_stopped_call, .sa_flags = SA_SIGINFO};
	int error = make_filters(again);

	if (error) {
		errno = -error;
		return false;
	}
	tzset();                 /* reads a file, which gmtime_r() would do later */
	mallopt(M_ARENA_MAX, 1); /* an arena of a thread reads one when it shrinks */
	before_stop = at_stop;
	stop_status = status;
	return sigaction(SIGSYS, &act, NULL) == 0 && jail_keep_only(keep, count) &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && jail_no_paths();
}

bool
jail_enter(enum jail_who who, int cpu)
{
	struct sock_fprog *filter = who == JAIL_MAIN  ? &main_filter
	                            : who == JAIL_CPU ? &cpu_filter
	                                              : &device_filter;

	own_cpu = cpu;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter) == 0;
}
