/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far a guest came, by what stands on its serial port.
 *
 * Without an initrd a Linux ends in "Unable to mount root fs": then all of the boot that the
 * kernel's file is responsible for has worked.
 */
#include <stdio.h>
#include <string.h>

#include "tools/check/trial.h"

struct stage {
	const char *seen, *reached, *text;
	bool good;
};

static const struct stage stages[] = {
        {" login:", "login", "the system came to its login prompt", true},
        {TRIAL_DROPPED, "shell", "the initrd did not find the root file system", false},
        {TRIAL_EMERGENCY, "shell", "the system came to its emergency mode", false},
        {"Run /init as init process", "init", "the kernel ran its init", true},
        {"Run /sbin/init as init process", "init", "the kernel ran its init", true},
        {"Unable to mount root fs", "root",
                "the kernel came to its root file system; none was given", true},
        {"No working init found", "root", "the kernel came to its root file system", true},
        {"Kernel panic", "panic", "the kernel panicked", false},
        {"Linux version ", "console", "the kernel spoke, and came no further in this time",
                true},
};

/* The last line that holds `word`, without its end, into out. */
static void
line_with(const char *output, const char *word, char *out, size_t size)
{
	const char *at = output, *last = NULL;

	while ((at = strstr(at, word)))
		last = at++;
	out[0] = 0;
	if (!last)
		return;
	while (last > output && last[-1] != '\n')
		last--;
	snprintf(out, size, "%.*s", (int)strcspn(last, "\n"), last);
}

/* Anything printed after the line by which kshim says that it enters the kernel? */
static bool
spoke_after_entry(const char *output)
{
	const char *at = strstr(output, "kshim: entering");

	at = at ? strchr(at, '\n') : NULL;
	return at && strspn(at, "\n ") < strlen(at);
}

/* Of a system neither its initrd's init nor a missing root is the end: a panic counts. */
static bool
goes_on(const struct report *r, const struct trial_run *run, const struct stage *stage)
{
	return r->disk && strstr(run->output, "Kernel panic") &&
	       (strcmp(stage->reached, "init") == 0 || strcmp(stage->reached, "root") == 0);
}

static void
set(struct trial *t, const char *reached, bool good, const char *text)
{
	t->reached = reached;
	t->good = good;
	t->text = text;
}

void
trial_judge(struct report *r, const struct trial_run *run, struct trial *t)
{
	char line[256];

	t->milliseconds = run->milliseconds;
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		if (!strstr(run->output, stages[i].seen) || goes_on(r, run, &stages[i]))
			continue;
		line_with(run->output, "panic -", line, sizeof(line));
		set(t, stages[i].reached, stages[i].good,
		        !stages[i].good && line[0] ? report_format(r, "%s", line)
		                                   : stages[i].text);
		return;
	}
	line_with(run->output, "kshim: ", line, sizeof(line));
	if (strchr(line, '[') && strstr(line, "]"))
		set(t, "refused", false, report_format(r, "%s", line));
	else if (spoke_after_entry(run->output))
		set(t, "console", true, "the kernel printed something");
	else if (strstr(run->output, "kshim: entering") && !run->ended)
		set(t, "entered", true,
		        "entered, and still running; nothing on the serial port");
	else if (strstr(run->output, "kshim: entering"))
		set(t, "entered", false, "entered, and then the machine reset");
	else
		set(t, "nothing", false,
		        line[0] ? report_format(r, "%s", line)
		                : report_format(
		                          r, "nothing was heard of it: %.200s", run->output));
}
