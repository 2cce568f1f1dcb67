/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loaded before libc: the allocation number FAIL_ALLOCATION, counted from 1, fails, and with
 * FAIL_ALL all that come after it. How many there were is left in the file FAIL_LOG, a page of
 * which is mapped from the start on, because the jail of `kshim run` lets nothing be opened.
 *
 * Programs that it starts are left alone.
 *
 * Allocations that libseccomp makes are not counted: one that fails in the middle breaks it,
 * and `kshim run` looks for room before it calls the library.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static _Atomic uint64_t *seen;
static uint64_t wanted;
static bool all;
static uintptr_t spared_start, spared_end;

/* Where libseccomp's code lies. */
static int
find_spared(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	if (!strstr(info->dlpi_name, "/libseccomp."))
		return 0;
	spared_start = info->dlpi_addr;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t end =
		        spared_start + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;

		if (info->dlpi_phdr[i].p_type == PT_LOAD && end > spared_end)
			spared_end = end;
	}
	return 0;
}

__attribute__((constructor)) static void
begin(void)
{
	int fd = open(getenv("FAIL_LOG"), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	void *page = MAP_FAILED;

	wanted = strtoull(getenv("FAIL_ALLOCATION"), NULL, 0);
	all = getenv("FAIL_ALL") != NULL;
	if (fd >= 0 && ftruncate(fd, 4096) == 0)
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		abort();
	close(fd);
	unsetenv("LD_PRELOAD");
	dl_iterate_phdr(find_spared, NULL);
	seen = page;
}

static bool
fails(const void *caller)
{
	bool spared = (uintptr_t)caller >= spared_start && (uintptr_t)caller < spared_end;
	uint64_t number = seen && !spared ? ++*seen : 0;

	if (spared || !wanted || number < wanted || (number > wanted && !all))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}
