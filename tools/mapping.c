/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guarded mappings: mapping.h.
 *
 * SIGBUS comes from a load of our own out of a mapping, hence never in the middle of what libc
 * does with its own data: the handler may print and exit like any function. The list is there
 * for the handler, which gets no argument of ours.
 */
#include "tools/mapping.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/cmd.h"
#include "tools/outfile.h"

struct mapping {
	struct mapping *next;
	const char *path;
	int fd;
	struct stat before;
	uint8_t *bytes;
	size_t size;
};

static struct mapping *mappings;

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The sentence on a file that is not what it was; `after` is what it is now. */
static int
fail_changed(const struct mapping *m, const struct stat *after)
{
	return fail(STATUS_HOST,
	        "%s changed while it was read: %lld bytes at first, then %lld; try again when nothing writes to it",
	        m->path, (long long)m->before.st_size, (long long)after->st_size);
}

int
mapping_unchanged(const struct mapping *m)
{
	struct stat after;

	if (fstat(m->fd, &after) < 0)
		return fail(STATUS_HOST, "cannot read %s: %s", m->path, strerror(errno));
	return is_same(&m->before, &after) ? STATUS_OK : fail_changed(m, &after);
}

static const struct mapping *
mapping_at(const uint8_t *at)
{
	const struct mapping *m = mappings;

	while (m && (at < m->bytes || at >= m->bytes + m->size))
		m = m->next;
	return m;
}

static void
on_bus_error(int number, siginfo_t *info, void *context)
{
	const struct mapping *m = mapping_at(info->si_addr);

	(void)context;
	if (!m) {
		signal(number, SIG_DFL); /* not ours: the same load raises it again */
		return;
	}
	outfile_abandon();
	if (mapping_unchanged(m) == STATUS_OK)
		fail(STATUS_HOST, "cannot read %s: %s", m->path, strerror(EIO));
	host_failed();
}

static void
catch_bus_errors(void)
{
	struct sigaction act = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};

	sigaction(SIGBUS, &act, NULL);
}

struct mapping *
mapping_make(const char *path, int fd, const struct stat *st)
{
	struct mapping *m = malloc(sizeof(*m));
	size_t size = (size_t)st->st_size;
	void *bytes = MAP_FAILED;

	if (m)
		bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		free(m);
		return NULL;
	}
	*m = (struct mapping){mappings, path, fd, *st, bytes, size};
	if (!mappings)
		catch_bus_errors();
	mappings = m;
	return m;
}

uint8_t *
mapping_bytes(const struct mapping *m)
{
	return m->bytes;
}

void
mapping_free(struct mapping *m)
{
	struct mapping **at = &mappings;

	while (*at && *at != m)
		at = &(*at)->next;
	if (*at)
		*at = m->next;
	munmap(m->bytes, m->size);
	close(m->fd);
	free(m);
}
