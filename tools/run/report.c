/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the ending to sentences and the exit status; crashes with the CPU's state, timeouts with
 * what they usually mean.
 */
#include "report.h"

#include <stdio.h>
#include <string.h>

#include "tools/run/command/outcome.h"
#include "tools/run/command/serve.h"
#include "tools/run/report_cpu.h"
#include "tools/run/status.h"

#define RFLAGS_IF 0x200

/* One word for how far the guest came. */
static const char *
stage(const struct machine *m)
{
	if (m->marks.first_byte)
		return "the kernel was entered and printed something";
	if (m->marks.kernel)
		return "the kernel was entered and printed nothing";
	if (m->marks.jump)
		return "the stub said that it jumps, the kernel's first instruction was not seen";
	if (m->terminal.sent)
		return "the stub was entered and printed something, the kernel was not entered";
	if (m->marks.first_run)
		return "the stub was entered and printed nothing";
	return "the guest did not run";
}

/* The kernel was entered and did not get to its console. */
static const char *
explain_no_console(const struct machine *m, const struct options *o)
{
	if (!strstr(o->append, "console="))
		return "the kernel has no console here: add console=ttyS0 to --append\n"
		       "  (unless a bundle says so)";
	if (report_spins(&m->cpu[0]) || atomic_load(&m->cpu[0].halted))
		return "it died before its console was up: add earlyprintk=ttyS0,115200 to\n"
		       "  --append; if it prints nothing even so, it may be for another entry\n"
		       "  (--protocol), or have no serial console (kshim check --for run)";
	return "it was still at work, such as unpacking itself: a longer --timeout;\n"
	       "  earlyprintk=ttyS0,115200 in --append shows more";
}

/* What it usually means that the guest did not come to its end. */
static const char *
explain_silence(const struct machine *m, const struct options *o)
{
	if (!m->marks.kernel)
		return "the stub is still moving a large kernel or initrd (give a longer\n"
		       "  --timeout), or it is stuck, which is worth a report";
	if (!m->marks.first_byte)
		return explain_no_console(m, o);
	if (atomic_load(&m->cpu[0].halted))
		return "the kernel has stopped by itself; its last lines above say why";
	if (report_spins(&m->cpu[0]) && !(m->cpu[0].regs.rflags & RFLAGS_IF))
		return "it waits, with interrupts off, for a device that does not answer\n"
		       "  or for another CPU (try -c 1)";
	return "it was still at work, or waits for input or for a device: a longer --timeout,\n"
	       "  and without quiet it says more";
}

static int
end_timeout(const struct machine *m, const struct options *o)
{
	fail(STATUS_TIMEOUT, "no end after %g s%s%s%s; reached: %s", o->timeout,
	        o->expect ? ", '" : "", o->expect ? o->expect : "",
	        o->expect ? "' did not come" : "", stage(m));
	for (uint32_t i = 0; i < m->vm.cpus; i++)
		report_cpu_short(&m->cpu[i]);
	fprintf(stderr, "  Usually: %s.\n", explain_silence(m, o));
	return STATUS_TIMEOUT;
}

static int
end_crash(const struct machine *m)
{
	const struct ending *e = &m->ending;

	fail(STATUS_CRASH, "the guest crashed: %s on CPU %u; reached: %s", e->what, e->cpu,
	        stage(m));
	report_cpu(m, &m->cpu[e->cpu]);
	report_hint(m, &m->cpu[e->cpu]);
	return STATUS_CRASH;
}

/* The end of a guest whose kernel has panicked, however it came. */
static int
end_panic(const struct machine *m)
{
	fail(STATUS_PANIC, "the guest's kernel panicked: %s", m->watch.panic);
	watch_print(&m->watch);
	return STATUS_PANIC;
}

/* Is it the panic that explains this end? What was waited for, or what the user did, is not. */
static bool
panic_ended_it(const struct machine *m, enum ending_reason reason)
{
	return watch_panicked(&m->watch) && reason != ENDING_EXPECTED &&
	       reason != ENDING_LEFT && reason != ENDING_HOST && reason != ENDING_ENGINE;
}

/* The guest ended by itself: was that what was wanted? */
static int
end_early(const struct options *o, const char *how, int otherwise)
{
	if (!o->expect)
		return otherwise;
	return fail(STATUS_EARLY, "the guest %s before it printed '%s'", how, o->expect);
}

/* A power-off without ACPI, which looks like a kernel that gives up: say so. */
static int
end_halted(const struct machine *m, const struct options *o)
{
	if (o->expect)
		return end_early(o, "halted", STATUS_OK);
	return fail(STATUS_OK, "the guest halted, every CPU with interrupts off; reached: %s",
	        stage(m));
}

static int
end_reset(const struct machine *m, const struct options *o)
{
	if (o->expect)
		return end_early(o, "reset", STATUS_RESET);
	return fail(STATUS_RESET, "the guest reset itself, by %s%s",
	        m->ending.what ? m->ending.what : "a reset",
	        o->command.argv ? "" : " (--reboot=again starts it again)");
}

static int
end_refused(const struct machine *m)
{
	enum refusal_code code = (enum refusal_code)m->ending.code;

	return fail(STATUS_REFUSED,
	        "the stub refused to boot: %s (`kshim explain %d` tells more)",
	        refusal_name(code), (int)code);
}

/* What a kernel writes there is no word of the stub's, even if it is one of its codes. */
static int
end_exit(const struct machine *m)
{
	const char *name = refusal_name((enum refusal_code)m->ending.code);

	if (!name)
		return fail(STATUS_CRASH,
		        "the guest wrote 0x%x to the exit port, which is no code of the stub's",
		        m->ending.code);
	return fail(STATUS_CRASH,
	        "the guest wrote 0x%x to the exit port after the kernel was entered: a kshim inside of it may mean %s, kshim run has refused nothing",
	        m->ending.code, name);
}

static int
end_left(const struct machine *m, const struct options *o)
{
	if (m->ending.code)
		return fail(STATUS_SIGNALLED + (int)m->ending.code, "ended by signal %u",
		        m->ending.code);
	return end_early(o, "was left", STATUS_OK);
}

static int
report_reason(const struct machine *m, const struct options *o)
{
	const struct ending *e = &m->ending;
	enum ending_reason reason = (enum ending_reason)atomic_load(&e->reason);

	if (panic_ended_it(m, reason))
		return end_panic(m);
	switch (reason) {
	case ENDING_EXPECTED:
		return STATUS_OK;
	case ENDING_POWER_OFF:
		return end_early(o, "powered off", STATUS_OK);
	case ENDING_HALTED:
		return end_halted(m, o);
	case ENDING_RESET:
		return end_reset(m, o);
	case ENDING_REFUSED:
		return end_refused(m);
	case ENDING_EXIT:
		return end_exit(m);
	case ENDING_CRASH:
		return end_crash(m);
	case ENDING_TIMEOUT:
		return end_timeout(m, o);
	case ENDING_LEFT:
		return end_left(m, o);
	case ENDING_ENGINE:
		return fail(STATUS_HOST, "%s", e->what);
	default:
		return fail(STATUS_HOST, "%s: %s", e->what ? e->what : "the run",
		        strerror((int)e->code));
	}
}

/* Does the console, which is not shown beside a command, say why the machine ended? */
static bool
console_tells(const struct machine *m, int status, int outcome)
{
	return m->watch.lines && status != STATUS_PANIC /* told already */ &&
	       (outcome == OUTCOME_MACHINE || atomic_load(&m->ending.reason) == ENDING_REFUSED);
}

/* Of a machine that ended before its command did. */
static int
report_without_command(const struct machine *m, const struct options *o)
{
	enum ending_reason reason = (enum ending_reason)atomic_load(&m->ending.reason);
	int status = report_reason(m, o);
	int outcome = outcome_status(status, reason != ENDING_LEFT);

	if (reason == ENDING_POWER_OFF)
		fail(outcome, "the guest powered off before the command ended");
	if (console_tells(m, status, outcome))
		watch_print(&m->watch);
	return outcome;
}

static int
report_command(const struct machine *m, const struct options *o)
{
	const struct session *s = &m->command->session;
	int status = outcome_of(s, o->command.argv[0]);

	if (status >= 0)
		status = outcome_of_streams(m->command, status);
	else
		status = report_without_command(m, o);
	if (o->command.kernel_unknown &&
	        (s->state == SESSION_FAILED ||
	                (status == OUTCOME_MACHINE && s->state == SESSION_WAITS)))
		fputs("  Hint: neither the kernel's configuration nor its modules were found, so that it may lack a driver; --modules DIR names its modules.\n",
		        stderr);
	return status;
}

int
report_end(const struct machine *m, const struct options *o)
{
	int status = m->command ? report_command(m, o) : report_reason(m, o);

	if (m->dump && !m->dumped)
		fprintf(stderr,
		        "kshim: no handoff was written to %s: the run ended before that\n",
		        m->dump);
	return status;
}

static void
print_time(const char *what, uint64_t ns)
{
	if (ns)
		fprintf(stderr, "kshim run: time %s %llu.%03llu ms\n", what,
		        (unsigned long long)(ns / 1000000),
		        (unsigned long long)(ns / 1000 % 1000));
}

void
report_times(const struct machine *m)
{
	print_time("first-instruction", m->marks.first_run);
	print_time("stub-jumps", m->marks.jump);
	print_time("kernel-entry", m->marks.kernel);
	print_time("first-byte", m->marks.first_byte);
	print_time("end", m->marks.end);
}
