/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/child_end.h"

struct child_end
child_run(bool (*run)(void))
{
	struct child_end end = {0};
	size_t len = 0;
	ssize_t n;
	int pipes[2];
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(pipes[1], STDERR_FILENO);
		_exit(run() ? CHILD_GOOD : 1);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], end.said + len, sizeof(end.said) - 1 - len)) > 0)
		len += (size_t)n;
	close(pipes[0]);
	assert_int_equal(waitpid(child, &end.status, 0), child);
	return end;
}
