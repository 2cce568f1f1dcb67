/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Source: environ(7); the XDG Base Directory Specification 0.8 for XDG_RUNTIME_DIR.
 */
#include "caller.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/run/terminal.h"

/* With an underscore at its end: all names that begin so. */
static const char *const hosts_own[] = {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
        "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_SEAT",
        "XDG_VTNR", "XDG_SESSION_", "SSH_", "GPG_AGENT_INFO", "GPG_TTY", "SESSION_MANAGER",
        "INVOCATION_ID", "JOURNAL_STREAM", "LISTEN_", "NOTIFY_SOCKET", "WATCHDOG_",
        "MANAGERPID", "SYSTEMD_EXEC_PID", "TMUX", "TMUX_PANE", "STY", "WINDOW", "WINDOWID",
        "PULSE_SERVER", "CONTAINER_HOST", "DOCKER_HOST", "KRB5CCNAME", "_", NULL};

#define HOST_NAME 64 /* bytes, as uname(2) has it */

bool
caller_keeps(const char *variable)
{
	size_t name = strcspn(variable, "=");

	for (size_t i = 0; hosts_own[i]; i++) {
		size_t len = strlen(hosts_own[i]);
		bool all = len > 1 && hosts_own[i][len - 1] == '_';

		if ((all ? name >= len : name == len) && !memcmp(variable, hosts_own[i], len))
			return false;
	}
	return true;
}

const char *
caller_inside(const char *path, const char *root)
{
	size_t len = strlen(root);

	if (len == 1)
		return path;
	if (strncmp(path, root, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path[len] ? path + len : "/";
}

bool
caller_in_background(void)
{
	pid_t group = tcgetpgrp(STDIN_FILENO);

	return group >= 0 && group != getpgrp();
}

/* A terminal for CMD needs keys and a screen; else each stream is what it is. */
static void
read_terminal(struct guest_start *ret_start)
{
	if (isatty(STDIN_FILENO) && !caller_in_background() &&
	        terminal_size(&ret_start->columns, &ret_start->rows))
		ret_start->terminal = isatty(STDERR_FILENO) ? 2 : 1;
}

static uint32_t
read_umask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

static bool
read_groups(struct start *ret_start)
{
	int n = getgroups(0, NULL);
	gid_t *groups = n < 0 ? NULL : calloc((size_t)n + 1, sizeof(*groups));

	if (!groups)
		return false;
	n = getgroups(n, groups);
	if (n < 0) {
		free(groups);
		return false;
	}
	ret_start->groups = groups;
	ret_start->nr_groups = (uint32_t)n;
	return true;
}

static bool
read_variables(struct start *ret_start)
{
	size_t n = 0, kept = 0;
	char **all;

	while (environ[n])
		n++;
	all = calloc(n + 1, sizeof(*all));
	if (!all)
		return false;
	for (size_t i = 0; i < n; i++)
		if (caller_keeps(environ[i]))
			all[kept++] = environ[i];
	ret_start->variables = all;
	return true;
}

const char *
caller_read(const char *root, struct start *ret_start)
{
	static char host[HOST_NAME + 1], folder[PATH_MAX];
	const char *inside;

	if (gethostname(host, sizeof(host) - 1) < 0)
		return "under the host's name";
	if (!getcwd(folder, sizeof(folder)))
		return "in the working directory";
	inside = caller_inside(folder, root);
	ret_start->host = host;
	ret_start->folder = inside ? inside : "/";
	ret_start->fixed.uid = geteuid();
	ret_start->fixed.gid = getegid();
	ret_start->fixed.umask = read_umask();
	read_terminal(&ret_start->fixed);
	if (!read_groups(ret_start))
		return "in the caller's groups";
	return read_variables(ret_start) ? NULL : "with the caller's variables";
}
