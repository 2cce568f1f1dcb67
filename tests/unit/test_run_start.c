/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * START, byte by byte; what of the caller goes into it.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/guest/init.h"
#include "tools/run/command/caller.h"

static char ls[] = "ls", l[] = "-l", a[] = "A=b";
static char *args[] = {ls, l, NULL}, *variables[] = {a, NULL}, *none[] = {NULL};
static const gid_t groups[] = {7, 0x01020304};

/* The guest's end of the run, which no request of ours comes to. */
_Noreturn void
die(const char *what, const char *which)
{
	fprintf(stderr, "%s %s\n", what, which ? which : "");
	abort();
}

static void
start_is_as_the_protocol_says(void **state)
{
	static const uint8_t texts[] = "host\0/home\0/m\0ls\0-l\0A=b";
	struct start start = {.fixed = {.terminal = 2,
	                              .uid = 1000,
	                              .gid = 100,
	                              .umask = 027,
	                              .rows = 24,
	                              .columns = 80,
	                              .overlay = 1,
	                              .cards = 5,
	                              .args = 99},
	        .groups = groups,
	        .nr_groups = 2,
	        .host = "host",
	        .folder = "/home",
	        .modules = "/m",
	        .args = args,
	        .variables = variables,
	        .shares = none};
	struct guest_header h;
	struct guest_start fixed;
	struct span m;
	size_t at = sizeof(h);

	(void)state;
	assert_true(start_make(&start, &m));
	memcpy(&h, m.base, sizeof(h));
	assert_int_equal(h.type, GUEST_SAY_START);
	assert_int_equal(h.size, m.size - sizeof(h));
	memcpy(&fixed, m.base + at, sizeof(fixed));
	assert_int_equal(fixed.terminal, 2);
	assert_int_equal(fixed.uid, 1000);
	assert_int_equal(fixed.umask, 027);
	assert_int_equal(fixed.cards, 5);
	assert_int_equal(fixed.groups, 2);
	assert_int_equal(fixed.args, 2);
	assert_int_equal(fixed.variables, 1);
	assert_int_equal(fixed.shares, 0);
	at += sizeof(fixed);
	assert_memory_equal(m.base + at, groups, sizeof(groups));
	at += sizeof(groups);
	assert_int_equal(m.size - at, sizeof(texts));
	assert_memory_equal(m.base + at, texts, sizeof(texts));
	free((void *)m.base);
}

static void
free_all(char **texts)
{
	for (size_t i = 0; texts[i]; i++)
		free(texts[i]);
	free(texts);
}

/* The guest's own reader finds in it what was put in. */
static void
init_reads_what_was_made(void **state)
{
	struct start start = {.fixed = {.uid = 1000, .overlay = 1},
	        .groups = groups,
	        .nr_groups = 2,
	        .host = "host",
	        .folder = "/home",
	        .modules = "/m",
	        .args = args,
	        .variables = none,
	        .shares = variables};
	const size_t header = sizeof(struct guest_header);
	struct request r;
	struct span m;

	(void)state;
	assert_true(start_make(&start, &m));
	r = port_request(m.base + header, m.size - header);
	assert_int_equal(r.start.uid, 1000);
	assert_int_equal(r.start.overlay, 1);
	assert_memory_equal(r.groups, groups, sizeof(groups));
	assert_string_equal(r.host, "host");
	assert_string_equal(r.folder, "/home");
	assert_string_equal(r.modules, "/m");
	assert_string_equal(r.args[0], "ls");
	assert_string_equal(r.args[1], "-l");
	assert_null(r.args[2]);
	assert_null(r.variables[0]);
	assert_string_equal(r.shares[0], "A=b");
	assert_null(r.shares[1]);
	free((void *)m.base);
	free(r.groups);
	free(r.host);
	free(r.folder);
	free(r.modules);
	free_all(r.args);
	free_all(r.variables);
	free_all(r.shares);
}

/* All but the counted header: GUEST_START bytes are taken, one more is not. */
static void
start_has_a_bound(void **state)
{
	size_t other = sizeof(struct guest_start) + sizeof("h") + sizeof("/") + sizeof("") + 1;
	size_t len = GUEST_START - other;
	char *text = malloc(len + 2), *one[] = {text, NULL};
	struct start start = {.groups = groups,
	        .host = "h",
	        .folder = "/",
	        .modules = "",
	        .args = one,
	        .variables = none,
	        .shares = none};
	struct span m;

	(void)state;
	memset(text, 'x', len + 1);
	text[len] = 0;
	assert_true(start_make(&start, &m));
	assert_int_equal(m.size, sizeof(struct guest_header) + GUEST_START);
	free((void *)m.base);
	text[len] = 'x';
	text[len + 1] = 0;
	assert_false(start_make(&start, &m));
	assert_int_equal(errno, E2BIG);
	free(text);
}

static void
variables_of_the_host_stay_there(void **state)
{
	static const char *const stay[] = {"DISPLAY=:0", "SSH_AUTH_SOCK=/tmp/a", "_=/bin/ls",
	        "XDG_SESSION_ID=1", "TMUX=", "DISPLAY"},
	                         *const go[] = {"PATH=/bin", "DISPLAYS=:0",
	                                 "XDG_CONFIG_HOME=/x", "SSH=x", "TERM=xterm", "A_=1",
	                                 "_A=1", "=x", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		assert_false(caller_keeps(stay[i]));
	for (size_t i = 0; i < sizeof(go) / sizeof(go[0]); i++)
		assert_true(caller_keeps(go[i]));
}

static void
folders_are_those_of_the_tree(void **state)
{
	(void)state;
	assert_string_equal(caller_inside("/home/me", "/"), "/home/me");
	assert_string_equal(caller_inside("/srv/tree/home", "/srv/tree"), "/home");
	assert_string_equal(caller_inside("/srv/tree", "/srv/tree"), "/");
	assert_null(caller_inside("/srv/trees", "/srv/tree"));
	assert_null(caller_inside("/srv", "/srv/tree"));
}

static void
the_caller_is_this_process(void **state)
{
	struct start start = {0};
	char folder[PATH_MAX];
	bool found = false;
	mode_t mask = umask(0351);

	(void)state;
	setenv("KSHIM_TEST", "1", 1);
	setenv("DISPLAY", ":0", 1);
	assert_null(caller_read("/", &start));
	assert_string_equal(start.folder, getcwd(folder, sizeof(folder)));
	assert_int_equal(start.fixed.uid, geteuid());
	assert_int_equal(start.fixed.umask, 0351);
	assert_int_equal(umask(mask), 0351);
	assert_int_equal(start.nr_groups, getgroups(0, NULL));
	for (size_t i = 0; start.variables[i]; i++) {
		found |= strcmp(start.variables[i], "KSHIM_TEST=1") == 0;
		assert_int_not_equal(strncmp(start.variables[i], "DISPLAY=", 8), 0);
	}
	assert_true(found);
	free((void *)start.groups);
	free((void *)start.variables);
	assert_null(caller_read("/nowhere", &start));
	assert_string_equal(start.folder, "/");
	free((void *)start.groups);
	free((void *)start.variables);
}

/* The session of a terminal: what it is in its foreground, then in its background. */
static bool
look_from_a_terminal(int terminal)
{
	struct start start = {0};
	int status;
	pid_t child;

	if (setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0) < 0)
		return false;
	for (int i = 0; i < 3; i++)
		dup2(terminal, i);
	if (caller_in_background() || caller_read("/", &start) || start.fixed.terminal != 2)
		return false;
	child = fork();
	if (child == 0) {
		start.fixed.terminal = 0;
		setpgid(0, 0);
		_exit(caller_in_background() && !caller_read("/", &start) &&
		                        !start.fixed.terminal
		                ? 0
		                : 1);
	}
	return waitpid(child, &status, 0) == child && status == 0;
}

static void
a_terminal_is_the_foregrounds(void **state)
{
	int ours, its, status;
	pid_t child;

	(void)state;
	assert_int_equal(openpty(&ours, &its, NULL, NULL, NULL), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(look_from_a_terminal(its) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ours);
	close(its);
}

static void
a_pipe_is_in_no_background(void **state)
{
	int fd[2], saved = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(fd), 0);
	dup2(fd[0], STDIN_FILENO);
	assert_false(caller_in_background());
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd[0]);
	close(fd[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(start_is_as_the_protocol_says),
	        cmocka_unit_test(init_reads_what_was_made),
	        cmocka_unit_test(start_has_a_bound),
	        cmocka_unit_test(variables_of_the_host_stay_there),
	        cmocka_unit_test(folders_are_those_of_the_tree),
	        cmocka_unit_test(the_caller_is_this_process),
	        cmocka_unit_test(a_terminal_is_the_foregrounds),
	        cmocka_unit_test(a_pipe_is_in_no_background),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
