/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How virtiofsd is started for a directory, as root and not; it is not started here.
 */
#include "tests/unit/unit.h"
#undef fail /* the program's own is another */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/run/vhost/engine.h"

static uid_t user;
static char sandbox[40];

/* In place of libc's, and of child.c's. */
uid_t
geteuid(void)
{
	return user;
}

const char *
child_find(const char *name, const char *const *places, char *room, size_t len)
{
	(void)places;
	(void)room;
	(void)len;
	return name;
}

bool
child_start(struct child *c, const char *name, const char *const *argv, int fd,
        bool (*confine)(const void *context), const void *context)
{
	(void)c;
	(void)name;
	(void)fd;
	(void)confine;
	(void)context;
	for (; *argv; argv++)
		if (!strncmp(*argv, "--sandbox=", 10))
			strcpy(sandbox, *argv + 10);
	return true;
}

int
fail(int status, const char *format, ...)
{
	(void)format;
	return status;
}

static void
shares(uid_t as, const char *path, const char *in)
{
	struct option_engine o = {.kind = OPTION_ENGINE_SHARE, .path = strdup(path)};
	struct engine e = {.child = CHILD_NONE};
	int fd;

	user = as;
	assert_int_equal(engine_start_share(&e, &o, &fd), STATUS_GO_ON);
	assert_string_equal(sandbox, in);
	close(fd);
	free(o.path);
}

/* pivot_root(2) of the host's own root directory is none, however it is spelled. */
static void
only_the_root_directory_has_no_namespaces(void **state)
{
	(void)state;
	shares(0, "/", "chroot");
	shares(0, "//", "chroot");
	shares(0, "/.", "chroot");
	shares(0, "/tmp/..", "chroot");
	shares(0, "/tmp", "namespace");
	shares(0, ".", "namespace");
	shares(1000, "/", "none");
	shares(1000, "/tmp", "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(only_the_root_directory_has_no_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
