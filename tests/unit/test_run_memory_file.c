/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that is the guest's memory, as root and as another user: its length, its bytes in a
 * second life, and what the one who shares it cannot do, or what is said if he can.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/run/memory_file.h"

#define NOBODY  65534
#define GOOD    42 /* a child that came to its end */
#define STATUS  3  /* of one that misses memory */
#define MEMORY  (64 * MIB)
#define WRITTEN (MEMORY - PAGE)

/* How a child ended, and what it wrote to standard error. */
struct end {
	int status;
	char said[1024];
};

static struct end
run_child(uid_t user, bool (*run)(void))
{
	struct end end = {0};
	size_t len = 0;
	ssize_t n;
	int pipes[2];
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(pipes[1], STDERR_FILENO);
		_exit((!user || geteuid() || setuid(user) == 0) && run() ? GOOD : 1);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], end.said + len, sizeof(end.said) - 1 - len)) > 0)
		len += (size_t)n;
	close(pipes[0]);
	assert_int_equal(waitpid(child, &end.status, 0), child);
	assert_true(WIFEXITED(end.status));
	end.status = WEXITSTATUS(end.status);
	return end;
}

static int
make_file(struct layout *ret_layout)
{
	int file = memory_file_open();

	layout_make(LAYOUT_KSHIM, MEMORY, ret_layout);
	return file >= 0 && memory_file_fit(file, ret_layout) ? file : -1;
}

static bool
is_memory(void)
{
	struct layout l;
	struct statfs fs;
	struct stat st;
	uint8_t byte = 0xa5, seen = 0;
	int file = make_file(&l);

	return fstatfs(file, &fs) == 0 && fs.f_type == TMPFS_MAGIC && fstat(file, &st) == 0 &&
	       st.st_size == (off_t)MEMORY && !st.st_nlink &&
	       pwrite(file, &byte, 1, WRITTEN) == 1 && pread(file, &seen, 1, WRITTEN) == 1 &&
	       seen == byte && fcntl(file, F_GETFD) == FD_CLOEXEC;
}

static void
a_file_has_the_layout_s_length_and_no_name(void **state)
{
	(void)state;
	assert_int_equal(run_child(0, is_memory).status, GOOD);
	assert_int_equal(run_child(NOBODY, is_memory).status, GOOD);
}

static bool
is_empty_again(void)
{
	struct layout l;
	uint8_t byte = 0xa5;
	int file = make_file(&l);

	return pwrite(file, &byte, 1, WRITTEN) == 1 && memory_file_fit(file, &l) &&
	       pread(file, &byte, 1, WRITTEN) == 1 && !byte;
}

static void
the_next_life_finds_zeroes(void **state)
{
	(void)state;
	assert_int_equal(run_child(0, is_empty_again).status, GOOD);
	assert_int_equal(run_child(NOBODY, is_empty_again).status, GOOD);
}

static void
say_restored(void)
{
	if (write(STDERR_FILENO, "restored; ", 10) < 0)
		_exit(1);
}

/* Good if the file cannot be cut; else the loss is told. */
static bool
cut_and_read(void)
{
	struct layout l;
	int file = make_file(&l);
	const volatile uint8_t *bytes = mmap(NULL, MEMORY, PROT_READ, MAP_SHARED, file, 0);

	memory_file_guard(say_restored, STATUS);
	if (ftruncate(file, PAGE) < 0)
		return bytes[WRITTEN] == 0;
	return bytes[WRITTEN] && false;
}

static void
check_cut(uid_t user)
{
	struct end end = run_child(user, cut_and_read);

	if (end.status == GOOD)
		return;
	assert_int_equal(end.status, STATUS);
	assert_string_equal(end.said,
	        "restored; kshim run: the guest's memory is cut: a daemon that shares it made its file shorter\n");
}

static void
nobody_cuts_it_unnoticed(void **state)
{
	(void)state;
	check_cut(0);
	check_cut(NOBODY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_file_has_the_layout_s_length_and_no_name),
	        cmocka_unit_test(the_next_life_finds_zeroes),
	        cmocka_unit_test(nobody_cuts_it_unnoticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
