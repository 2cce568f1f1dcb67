/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which options go with `-- CMD`, and which only with it.
 */
#include "tools/run/options.h"

#include <string.h>

int
options_separator(int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	return i < argc ? i : argc;
}

int
options_rw(struct options *o, const char *dir)
{
	struct option_command *c = &o->command;

	if (c->rws == OPTIONS_RW)
		return fail(STATUS_USAGE, "--rw: more than %d of them", OPTIONS_RW);
	c->rw[c->rws++] = dir;
	return STATUS_GO_ON;
}

/* An option that means nothing beside a command; NULL if there is none. */
static const char *
not_with_command(const struct options *o)
{
	if (o->initrds)
		return "--initrd";
	if (o->expect)
		return "--expect";
	if (o->reboot_again)
		return "--reboot again";
	if (o->console)
		return "--console";
	return o->raw ? "--raw" : NULL;
}

static const char *
only_with_command(const struct option_command *c)
{
	if (c->root)
		return "--root";
	if (c->rws)
		return "--rw";
	if (c->modules)
		return "--modules";
	return c->verbose ? "--verbose" : NULL;
}

int
options_command(const struct options *o)
{
	const char *wrong =
	        o->command.argv ? not_with_command(o) : only_with_command(&o->command);

	if (!wrong)
		return STATUS_GO_ON;
	if (o->command.argv)
		return fail(STATUS_USAGE, "with a command, leave out %s", wrong);
	return fail(
	        STATUS_USAGE, "%s goes with a command: KERNEL -- COMMAND [ARGUMENT...]", wrong);
}
