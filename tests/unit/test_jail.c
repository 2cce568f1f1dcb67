/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The jail of `kshim run`: each forbidden call ends a child with the sentence and the status,
 * each that has a row works.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* cmocka.h makes a macro of fail(). */
#include "tools/run/status.h"

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/child_end.h"
#include "tools/run/jail.h"
#include "tools/run/jail_files.h"
#include "tools/run/memory_file.h"

static void
assert_good(bool (*run)(void))
{
	struct child_end end = child_run(run);

	if (!WIFEXITED(end.status) || WEXITSTATUS(end.status) != CHILD_GOOD)
		fail_msg("status 0x%x: %s", end.status, end.said);
}

/* ---- calls that are stopped ---- */

static bool again, in_thread;
static long (*forbidden)(void);

static long
call_open(void)
{
	return open("/dev/null", O_RDONLY);
}

static long
call_old_open(void)
{
	return syscall(SYS_open, "/dev/null", O_RDONLY);
}

static long
call_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long
call_execve(void)
{
	char *const none[] = {NULL};

	return execve("/bin/true", none, none);
}

static long
call_fork(void)
{
	return syscall(SYS_fork);
}

static long
call_clone(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long
call_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long
map(int protection, int flags, int fd)
{
	return (long)mmap(NULL, 4096, protection, flags, fd, 0);
}

static long
call_mmap_to_execute(void)
{
	return map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static long
call_mmap_of_a_file(void)
{
	return map(PROT_READ, MAP_PRIVATE, STDIN_FILENO);
}

static long page[2 * 4096 / sizeof(long)];

static long
call_mprotect_to_execute(void)
{
	return syscall(SYS_mprotect, (uintptr_t)page & ~4095ul, 4096,
	        PROT_READ | PROT_WRITE | PROT_EXEC);
}

static long
call_ioctl_typing(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, "x");
}

/* The kernel looks at 32 bits of the number only. */
static long
call_ioctl_wide(void)
{
	return syscall(SYS_ioctl, STDIN_FILENO, 0x100000000ul | TIOCSTI, "x");
}

static long
call_ioctl_new_machine(void)
{
	return ioctl(STDIN_FILENO, KVM_CREATE_VM, 0);
}

static long
call_tgkill(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static long
call_kill(void)
{
	return kill(1, 0);
}

static long
call_prctl(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long
call_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static long
call_unlink(void)
{
	return unlink("/nowhere");
}

static long
call_dup(void)
{
	return dup(STDERR_FILENO);
}

static long
call_unknown(void)
{
	return syscall(9999);
}

static const struct {
	const char *said;
	long (*call)(void);
	bool also_again; /* --reboot again stops it as well */
} stopped[] = {
        {"257 (openat,", call_open, true},
        {"2 (open,", call_old_open, true},
        {"41 (socket, arguments 0x2, 0x1, 0x0)", call_socket, true},
        {"59 (execve,", call_execve, true},
        {"57 (fork,", call_fork, true},
        {"56 (clone, arguments 0x11,", call_clone, true},
        {"101 (ptrace,", call_ptrace, true},
        {"9 (mmap, arguments 0x0, 0x1000, 0x5)", call_mmap_to_execute, true},
        {"9 (mmap, arguments 0x0, 0x1000, 0x1)", call_mmap_of_a_file, false},
        {"10 (mprotect,", call_mprotect_to_execute, true},
        {"16 (ioctl, arguments 0x0, 0x5412,", call_ioctl_typing, true},
        {"16 (ioctl, arguments 0x0, 0x100005412,", call_ioctl_wide, true},
        {"16 (ioctl, arguments 0x0, 0xae01,", call_ioctl_new_machine, false},
        {"(getppid,", call_tgkill, true},
        {"62 (kill,", call_kill, true},
        {"157 (prctl,", call_prctl, true},
        {"425 (io_uring_setup,", call_io_uring, true},
        {"87 (unlink,", call_unlink, true},
        {"32 (dup,", call_dup, true},
        {"9999 (unknown,", call_unknown, true},
};

static void *
call_in_thread(void *good)
{
	*(bool *)good = jail_enter(JAIL_CPU, 3);
	forbidden();
	return NULL;
}

static bool
call_forbidden(void)
{
	pthread_t thread;
	bool good = jail_shut(NULL, 0, again, NULL, STATUS_JAIL);

	if (!in_thread)
		return good && jail_enter(JAIL_MAIN, JAIL_NO_CPU) && (forbidden(), true);
	return good && pthread_create(&thread, NULL, call_in_thread, &good) == 0 &&
	       pthread_join(thread, NULL) == 0 && good;
}

static void
assert_stopped(const char *said, const char *where)
{
	struct child_end end = child_run(call_forbidden);

	if (!WIFEXITED(end.status) || WEXITSTATUS(end.status) != STATUS_JAIL ||
	        !strstr(end.said, "kshim run: the jail stopped system call ") ||
	        !strstr(end.said, said) || !strstr(end.said, where) ||
	        !strstr(end.said, ": report it, or use --no-jail\n"))
		fail_msg("%s: status 0x%x: %s", said, end.status, end.said);
}

static void
forbidden_calls_end_the_process(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stopped) / sizeof(stopped[0]); i++) {
		forbidden = stopped[i].call;
		again = in_thread = false;
		assert_stopped(stopped[i].said, "in the main thread");
		again = true;
		if (stopped[i].also_again)
			assert_stopped(stopped[i].said, "in the main thread");
		again = false;
		in_thread = true;
		assert_stopped(stopped[i].said, "in the thread of CPU 3");
	}
}

/* getpid by the numbers of 32-bit programs, which no row is about. */
static long
call_by_other_numbers(void)
{
	long number = 20;

	__asm__ volatile("int $0x80" : "+a"(number) : : "memory");
	return number;
}

static void
other_architectures_calls_kill(void **state)
{
	struct child_end end;

	(void)state;
	forbidden = call_by_other_numbers;
	again = in_thread = false;
	end = child_run(call_forbidden);
	assert_true(WIFSIGNALED(end.status));
	assert_int_equal(WTERMSIG(end.status), SIGSYS);
}

static void
say_at_stop(void)
{
	if (write(STDERR_FILENO, "restored\n", 9) < 0)
		_exit(1);
}

static bool
stop_with_hook(void)
{
	return jail_shut(NULL, 0, false, say_at_stop, 125) &&
	       jail_enter(JAIL_MAIN, JAIL_NO_CPU) && call_socket();
}

/* Then it ends with the status that was given. */
static void
the_hook_runs_first(void **state)
{
	struct child_end end = child_run(stop_with_hook);

	(void)state;
	assert_int_equal(WEXITSTATUS(end.status), 125);
	assert_memory_equal(end.said, "restored\nkshim run: ", 20);
}

static bool
signal_from_outside(void)
{
	return jail_shut(NULL, 0, false, NULL, STATUS_JAIL) && raise(SIGSYS) == 0;
}

static void
a_signal_that_somebody_sent_is_no_stopped_call(void **state)
{
	struct child_end end = child_run(signal_from_outside);

	(void)state;
	assert_int_equal(WEXITSTATUS(end.status), 128 + SIGSYS);
	assert_string_equal(end.said, "");
}

/* ---- what works ---- */

static bool
blocks_of_all_sizes(void)
{
	for (size_t size = 16; size <= 64u << 20; size *= 4) {
		char *p = malloc(size), *q;

		if (!p)
			return false;
		memset(p, 1, size);
		q = realloc(p, 3 * size);
		free(q ? q : p);
		if (!q)
			return false;
	}
	return true;
}

static void *
live_in_thread(void *good)
{
	*(bool *)good = jail_enter(JAIL_CPU, 0) && blocks_of_all_sizes();
	return NULL;
}

static bool
join(pthread_t thread)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	return pthread_kill(thread, 0) == 0 && pthread_timedjoin_np(thread, NULL, &until) == 0;
}

static bool
poll_and_write(int wake)
{
	uint64_t one = 1;
	struct pollfd fd = {.fd = wake, .events = POLLIN};

	return poll(&fd, 1, 0) == 0 && write(wake, &one, sizeof(one)) == sizeof(one) &&
	       poll(&fd, 1, -1) == 1;
}

static bool
live(void)
{
	int wake = eventfd(0, 0);
	pthread_t thread;
	time_t now = 0;
	struct tm tm;
	bool good = false;

	return jail_shut(&wake, 1, false, NULL, STATUS_JAIL) &&
	       pthread_create(&thread, NULL, live_in_thread, &good) == 0 &&
	       jail_limit(-1, false, 0) && jail_enter(JAIL_MAIN, JAIL_NO_CPU) && join(thread) &&
	       good && blocks_of_all_sizes() && poll_and_write(wake) && gmtime_r(&now, &tm) &&
	       fprintf(stderr, "%s\n", strerror(EIO)) > 0;
}

static void
what_a_run_needs_works(void **state)
{
	(void)state;
	assert_good(live);
}

/* The next life's threads are made inside, and enter a jail inside the jail. */
static bool
live_again(void)
{
	struct layout layout;
	pthread_t thread;
	bool good = false;
	int wake, file = memory_file_open();

	layout_make(LAYOUT_KSHIM, 64 * MIB, &layout);
	jail_for_devices();
	return memory_file_fit(file, &layout) && jail_shut(&file, 1, true, NULL, STATUS_JAIL) &&
	       jail_limit(-1, true, 0) && jail_enter(JAIL_MAIN, JAIL_NO_CPU) &&
	       (wake = eventfd(0, EFD_CLOEXEC)) >= 0 &&
	       pthread_create(&thread, NULL, live_in_thread, &good) == 0 && join(thread) &&
	       good && close(wake) == 0 && memory_file_fit(file, &layout);
}

static void
what_another_life_needs_works(void **state)
{
	(void)state;
	assert_good(live_again);
}

/* ---- paths, descriptors, limits ---- */

static bool
has_landlock(long version)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= version;
}

static bool
refused(long done)
{
	return done < 0 && errno == EACCES;
}

static bool
reach_paths(void)
{
	return jail_no_paths() && refused(open("/dev/null", O_RDONLY)) &&
	       refused(open("/proc/self/status", O_RDONLY)) &&
	       refused(open("/tmp/kshim-jail", O_WRONLY | O_CREAT, 0600)) &&
	       refused(mkdir("/tmp/kshim-jail", 0700)) && refused(call_execve()) &&
	       refused(open("/", O_RDONLY | O_DIRECTORY));
}

static void
no_path_is_reached(void **state)
{
	(void)state;
	if (!has_landlock(1))
		skip();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* inherited; root needs none of it */
	assert_good(reach_paths);
}

static bool
reach_tcp(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	        .sin_port = htons(9),
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return jail_no_paths() && refused(connect(fd, (struct sockaddr *)&to, sizeof(to))) &&
	       refused(bind(fd, (struct sockaddr *)&to, sizeof(to)));
}

static void
no_tcp_port_is_reached(void **state)
{
	(void)state;
	if (!has_landlock(4))
		skip();
	assert_good(reach_tcp);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static bool
keep_some(void)
{
	int low = dup(0), mid = dup(0), high = fcntl(0, F_DUPFD, 77), keep[] = {high, -1, mid};

	return jail_keep_only(keep, 3) && is_open(0) && is_open(1) && is_open(2) &&
	       !is_open(low) && is_open(mid) && !is_open(mid + 1) && !is_open(high - 1) &&
	       is_open(high) && !is_open(high + 1);
}

static bool
keep_none(void)
{
	int fd = dup(0);

	return jail_keep_only(NULL, 0) && !is_open(fd) && is_open(2);
}

static void
descriptors_are_closed(void **state)
{
	(void)state;
	assert_good(keep_some);
	assert_good(keep_none);
}

static bool
limited(int resource, rlim_t most)
{
	struct rlimit now;

	return getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_cur == most &&
	       now.rlim_max == most;
}

static bool
limit_all(void)
{
	return dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO &&
	       jail_limit(-1, false, 0) && limited(RLIMIT_CORE, 0) &&
	       limited(RLIMIT_FSIZE, 0) && limited(RLIMIT_NOFILE, 3);
}

static bool
limit_with_output(void)
{
	int fd = memfd_create("output", 0);

	return dup2(STDERR_FILENO, STDOUT_FILENO) == STDOUT_FILENO && jail_limit(fd, true, 0) &&
	       limited(RLIMIT_CORE, 0) && !limited(RLIMIT_FSIZE, 0) &&
	       !limited(RLIMIT_NOFILE, 3) && write(fd, "x", 1) == 1;
}

static void
limits_hold(void **state)
{
	(void)state;
	assert_good(limit_all);
	assert_good(limit_with_output);
}

static bool
ask_for_privileges(void)
{
	return jail_shut(NULL, 0, false, NULL, STATUS_JAIL) &&
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static void
no_privilege_is_gained(void **state)
{
	(void)state;
	assert_good(ask_for_privileges);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_privilege_is_gained),
	        cmocka_unit_test(forbidden_calls_end_the_process),
	        cmocka_unit_test(other_architectures_calls_kill),
	        cmocka_unit_test(the_hook_runs_first),
	        cmocka_unit_test(a_signal_that_somebody_sent_is_no_stopped_call),
	        cmocka_unit_test(what_a_run_needs_works),
	        cmocka_unit_test(what_another_life_needs_works),
	        cmocka_unit_test(descriptors_are_closed),
	        cmocka_unit_test(limits_hold),
	        cmocka_unit_test(no_path_is_reached),
	        cmocka_unit_test(no_tcp_port_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
