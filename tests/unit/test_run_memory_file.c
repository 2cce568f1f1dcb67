/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that is the guest's memory, as root and as another user: its length, its bytes in a
 * second life, and what the one who shares it cannot do, or what is said if he can.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/child_end.h"
#include "tools/run/memory_file.h"

#define NOBODY  65534
#define STATUS  3 /* of one that misses memory */
#define MEMORY  (64 * MIB)
#define WRITTEN (MEMORY - PAGE)

/*
 * Who a child is: root mounts itself, another user in a namespace of his, unless what lies in
 * /proc of the process is not his; then there is only a memfd.
 */
static const struct user {
	uid_t id;
	bool own_proc;
} users[] = {{0, true}, {NOBODY, true}, {NOBODY, false}};

#define USERS (sizeof(users) / sizeof(users[0]))

static struct user user;
static bool (*tried)(void);

static bool
try_as_user(void)
{
	if ((user.id && !geteuid() && setuid(user.id) < 0) ||
	        prctl(PR_SET_DUMPABLE, user.own_proc) < 0)
		return false;
	return tried();
}

static struct child_end
run_as(struct user who, bool (*run)(void))
{
	struct child_end end;

	user = who;
	tried = run;
	end = child_run(try_as_user);
	assert_true(WIFEXITED(end.status));
	end.status = WEXITSTATUS(end.status);
	return end;
}

static void
assert_good(bool (*run)(void))
{
	for (size_t i = 0; i < USERS; i++)
		assert_int_equal(run_as(users[i], run).status, CHILD_GOOD);
}

static int
make_file(struct layout *ret_layout)
{
	int file = memory_file_open();

	layout_make(LAYOUT_KSHIM, MEMORY, ret_layout);
	return file >= 0 && memory_file_fit(file, ret_layout) ? file : -1;
}

/* Root has its pages of 2 MiB wherever a tmpfs can be mounted; of another user only he knows.
 */
static bool
is_what_it_can_be(int file)
{
	int fs = user.id ? -1 : fsopen("tmpfs", FSOPEN_CLOEXEC);

	return fs < 0 || fcntl(file, F_GET_SEALS) == F_SEAL_SEAL;
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
	       seen == byte && fcntl(file, F_GETFD) == FD_CLOEXEC && is_what_it_can_be(file);
}

static void
a_file_has_the_layout_s_length_and_no_name(void **state)
{
	(void)state;
	assert_good(is_memory);
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
	assert_good(is_empty_again);
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
nobody_cuts_it_unnoticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < USERS; i++) {
		struct child_end end = run_as(users[i], cut_and_read);

		if (end.status == CHILD_GOOD)
			continue;
		assert_true(users[i].own_proc);
		assert_int_equal(end.status, STATUS);
		assert_string_equal(end.said,
		        "restored; kshim run: a part of the guest's memory is gone: a daemon that shares it made its file shorter, or the host has no memory left\n");
	}
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
