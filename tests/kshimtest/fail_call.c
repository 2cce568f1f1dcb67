/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a program under ptrace and has one of its system calls fail:
 *
 *     fail_call LOG CALL REQUEST OCCURRENCE RESULT PROGRAM ARGUMENT...
 *
 * The call is named by its number, by its second argument if REQUEST is not `-` (ioctl's
 * request), and by its occurrence, counted from 1 over all threads. RESULT is what it returns
 * instead of being made, a negative errno or 0; or `short`, by which it is made with a length
 * (third argument) of 1. LOG gets a line for each kind of call that was seen: number, request
 * or `-`, count. With an OCCURRENCE of 0 nothing fails.
 *
 * Calls of the dynamic loader are not counted, because the program has not begun. Those of a
 * process that the program has forked are counted apart, by numbers with bit 32 set, until it
 * runs another program. A call that fails is made as getpid(), which the jail of `kshim run`
 * allows everywhere; the jail sees the number only after us. Source: ptrace(2).
 *
 * Ends as soon as the program and all that it has started have ended; a daemon that it leaves
 * behind becomes our child, and is waited for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_KINDS   512
#define MAX_THREADS 256
#define FORKED      (1ull << 32)
#define OPTIONS                                                                                \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |                    \
	        PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

struct kind {
	uint64_t number;
	uint32_t request;
	unsigned count;
};

struct thread {
	pid_t id;
	bool forked; /* it is no thread of the program */
	bool inside; /* of a system call */
	bool fails;
};

static pid_t program;
static struct kind kinds[MAX_KINDS];
static struct thread threads[MAX_THREADS];
static struct kind wanted;
static const char *result;
static bool any_request;
static uint64_t loader_start, loader_end;

static void
die(const char *what)
{
	fprintf(stderr, "fail_call: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* The dynamic loader's mappings are those of the file that its first page belongs to. */
static void
find_loader(pid_t pid)
{
	char path[64], line[512];
	uint64_t start, end;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (!strstr(line, "/ld-") ||
		        sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2)
			continue;
		loader_start = loader_start ? loader_start : start;
		loader_end = end;
	}
	if (!maps || fclose(maps) || !loader_end)
		die("the dynamic loader was not found");
}

static struct thread *
thread_of(pid_t id)
{
	for (size_t i = 0; i < MAX_THREADS; i++) {
		if (!threads[i].id)
			threads[i] = (struct thread){
			        .id = id, .forked = syscall(SYS_tgkill, program, id, 0) < 0};
		if (threads[i].id == id)
			return &threads[i];
	}
	errno = E2BIG;
	die("threads");
	return NULL;
}

/* How often this kind of call was seen, this time included. */
static unsigned
count_call(uint64_t number, uint32_t request)
{
	for (size_t i = 0; i < MAX_KINDS; i++) {
		struct kind *k = &kinds[i];

		if (!k->count)
			*k = (struct kind){number, request, 0};
		if (k->number == number && k->request == request)
			return ++k->count;
	}
	errno = E2BIG;
	die("kinds of calls");
	return 0;
}

static void
at_entry(struct thread *t, struct user_regs_struct *r)
{
	uint32_t request = r->orig_rax == SYS_ioctl ? (uint32_t)r->rsi : 0;
	uint64_t number = r->orig_rax | (t->forked ? FORKED : 0);

	if (r->rip >= loader_start && r->rip < loader_end)
		return;
	if (count_call(number, request) != wanted.count || number != wanted.number ||
	        (!any_request && request != wanted.request))
		return;
	if (strcmp(result, "short") == 0) {
		r->rdx = 1;
	} else {
		r->orig_rax = SYS_getpid;
		t->fails = true;
	}
	if (ptrace(PTRACE_SETREGS, t->id, NULL, r) < 0)
		die("PTRACE_SETREGS");
}

static void
at_exit_of_call(struct thread *t, struct user_regs_struct *r)
{
	if (!t->fails)
		return;
	t->fails = false;
	r->rax = (uint64_t)strtoll(result, NULL, 0);
	if (ptrace(PTRACE_SETREGS, t->id, NULL, r) < 0)
		die("PTRACE_SETREGS");
}

static void
at_call(pid_t id)
{
	struct thread *t = thread_of(id);
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, id, NULL, &r) < 0)
		return; /* it was killed meanwhile */
	t->inside = !t->inside;
	if (t->inside)
		at_entry(t, &r);
	else
		at_exit_of_call(t, &r);
}

/* The program begins; what it has forked and becomes another program is left alone. */
static void
at_exec(pid_t id)
{
	thread_of(id)->inside = true; /* of execve(), whose end is next */
	if (id == program)
		find_loader(id);
	else if (ptrace(PTRACE_DETACH, id, NULL, NULL) < 0)
		die("PTRACE_DETACH");
}

/* What a stopped thread is to be given when it goes on. */
static int
signal_of(pid_t id, int status)
{
	int stop = WSTOPSIG(status), event = status >> 16;

	if (stop == (SIGTRAP | 0x80))
		at_call(id);
	else if (event == PTRACE_EVENT_EXEC)
		at_exec(id);
	else if (!event && stop != SIGSTOP) /* that is a thread that begins */
		return stop;
	return 0;
}

static void
write_log(const char *path)
{
	FILE *log = fopen(path, "w");

	for (size_t i = 0; log && i < MAX_KINDS && kinds[i].count; i++)
		fprintf(log, "%" PRIu64 " %" PRIu32 " %u\n", kinds[i].number, kinds[i].request,
		        kinds[i].count);
	if (!log || fclose(log))
		die(path);
}

/* Until all has ended: how the program did, as a shell says it. */
static int
follow(void)
{
	int status, ended = 0;

	for (;;) {
		pid_t id = waitpid(-1, &status, __WALL);

		if (id < 0 && errno == ECHILD)
			return ended;
		if (id < 0)
			die("waitpid");
		if (WIFSTOPPED(status)) {
			ptrace(PTRACE_SYSCALL, id, NULL,
			        (void *)(intptr_t)signal_of(id, status));
			continue;
		}
		thread_of(id)->inside = false;
		if (id == program)
			ended = WIFEXITED(status) ? WEXITSTATUS(status)
			                          : 128 + WTERMSIG(status);
	}
}

int
main(int argc, char **argv)
{
	int status, go[2];

	if (argc < 7 || pipe2(go, O_CLOEXEC) < 0) {
		errno = EINVAL;
		die("usage");
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		die("prctl");
	any_request = strcmp(argv[3], "-") == 0;
	wanted = (struct kind){strtoull(argv[2], NULL, 0), (uint32_t)strtoull(argv[3], NULL, 0),
	        (unsigned)strtoul(argv[4], NULL, 0)};
	result = argv[5];
	program = fork();
	if (program == 0) {
		if (read(go[0], &status, 1) < 0)
			die("pipe");
		execv(argv[6], argv + 6);
		die(argv[6]);
	}
	if (ptrace(PTRACE_SEIZE, program, NULL, (void *)(intptr_t)OPTIONS) < 0)
		die("PTRACE_SEIZE");
	if (write(go[1], "", 1) < 0)
		die("pipe");
	close(go[0]);
	close(go[1]);
	status = follow();
	write_log(argv[1]);
	return status;
}
