/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Landlock, close_range(2), setrlimit(2).
 *
 * Landlock takes away what its rules name. No rule gives anything back here, so that the set of
 * what it can take is all there is to say; the set grows with the version of its interface.
 * Source: Linux Documentation/userspace-api/landlock.rst.
 */
#include "jail_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LANDLOCK_VERSION 1u /* flag: only tell the version of the interface */

/* struct landlock_ruleset_attr, which older headers have in part only. */
struct ruleset {
	uint64_t files; /* bits: execute, write, read ... in the order of their introduction */
	uint64_t net;   /* bind and connect of TCP */
	uint64_t scope; /* abstract UNIX sockets and signals of other processes */
};

#define BITS(n) ((1ull << (n)) - 1)

/* What each version can take, and how much of the struct it knows. */
static const struct {
	struct ruleset takes;
	size_t size;
} versions[] = {
        {{BITS(13), 0, 0}, 8}, {{BITS(14), 0, 0}, 8}, /* moving to another folder */
        {{BITS(15), 0, 0}, 8},                        /* truncating */
        {{BITS(15), BITS(2), 0}, 16},                 /* TCP */
        {{BITS(16), BITS(2), 0}, 16},                 /* ioctls of devices */
        {{BITS(16), BITS(2), BITS(2)}, 24},           /* scopes */
};

bool
jail_no_paths(void)
{
	const long known = sizeof(versions) / sizeof(versions[0]);
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	long last = (version < known ? version : known) - 1;
	int fd;
	bool good;

	if (version < 1)
		return true; /* none here, or switched off */
	fd = (int)syscall(
	        SYS_landlock_create_ruleset, &versions[last].takes, versions[last].size, 0);
	if (fd < 0)
		return false;
	good = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return good;
}

static int
in_order(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static bool
close_between(unsigned first, unsigned end)
{
	return first >= end || close_range(first, end - 1, 0) == 0;
}

bool
jail_keep_only(const int *keep, uint32_t count)
{
	unsigned next = STDERR_FILENO + 1;
	int *sorted = calloc(count + 1, sizeof(*sorted));
	bool good = true;

	if (!sorted)
		return false;
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = keep[i];
	qsort(sorted, count, sizeof(*sorted), in_order);
	for (uint32_t i = 0; i < count && good; i++) {
		if (sorted[i] < (int)next)
			continue;
		good = close_between(next, (unsigned)sorted[i]);
		next = (unsigned)sorted[i] + 1;
	}
	free(sorted);
	return good && close_range(next, ~0u, 0) == 0;
}

/* False with errno if that cannot be known. */
static bool
look_for_file(int fd, bool *ret_grows)
{
	struct stat st;

	if (fd < 0)
		return true;
	if (fstat(fd, &st) < 0)
		return false;
	*ret_grows |= S_ISREG(st.st_mode);
	return true;
}

/* Both the limit in force and what it could be raised to. */
static bool
limit(int resource, rlim_t most)
{
	return setrlimit((__rlimit_resource_t)resource, &(struct rlimit){most, most}) == 0;
}

bool
jail_limit(int output, bool again, uint64_t largest)
{
	bool grows = false;

	return look_for_file(STDOUT_FILENO, &grows) && look_for_file(STDERR_FILENO, &grows) &&
	       look_for_file(output, &grows) && limit(RLIMIT_CORE, 0) &&
	       (grows || limit(RLIMIT_FSIZE, largest)) &&
	       (again || limit(RLIMIT_NOFILE, STDERR_FILENO + 1));
}
