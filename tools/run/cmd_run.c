/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim run: the launcher's steps, in order.
 *
 * Options, files, plan, machine, memory, go; then the main thread serves the console and the
 * clock until the run ends, and says how it ended.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/run/boot.h"
#include "tools/run/carry.h"
#include "tools/run/clock.h"
#include "tools/run/command/attach.h"
#include "tools/run/command/outcome.h"
#include "tools/run/cpuid.h"
#include "tools/run/dump.h"
#include "tools/run/inputs.h"
#include "tools/run/jail.h"
#include "tools/run/jail_files.h"
#include "tools/run/machine.h"
#include "tools/run/memory_file.h"
#include "tools/run/options.h"
#include "tools/run/plan_print.h"
#include "tools/run/plug_devices.h"
#include "tools/run/report.h"
#include "tools/run/signals.h"
#include "tools/run/status.h"

#define LOOK_MS 250 /* between looks at the CPUs */
#define FEED_MS 10  /* while typed bytes wait for room in the UART */

/*
 * Wait for input, an ending, or `ms`. A CPU that waits for the reader of our output holds the
 * devices' lock; the clock must go on even so.
 */
static void
wait_for_event(struct machine *m, uint64_t ms)
{
	struct terminal *t = &m->terminal;
	struct pollfd fds[] = {{.fd = m->ending.wake, .events = POLLIN},
	        {.fd = terminal_wants(t) ? STDIN_FILENO : -1, .events = POLLIN}};

	if (t->pending_len && ms > FEED_MS)
		ms = FEED_MS;
	poll(fds, 2, (int)ms);
	signals_resize(m);
	if (pthread_mutex_trylock(&m->devices.lock) != 0) {
		poll(fds, 1, FEED_MS);
		return;
	}
	if (fds[1].revents)
		terminal_read(t);
	devices_feed(&m->devices);
	pthread_mutex_unlock(&m->devices.lock);
}

/* Serve the console and the clock until the run ends. */
static void
serve(struct machine *m, uint64_t deadline)
{
	uint64_t next_look = machine_now(m) + LOOK_MS * 1000000ull, now;
	unsigned halted = 0;

	while (!ending_over(&m->ending)) {
		now = machine_now(m);
		if (deadline && now >= deadline) {
			ending_set(&m->ending, ENDING_TIMEOUT, 0, 0, NULL);
		} else if (now >= next_look) {
			/* Twice in a row: the looks are not all of one moment. */
			halted = machine_all_halted(m) ? halted + 1 : 0;
			if (halted == 2)
				ending_set(&m->ending, ENDING_HALTED, 0, 0, NULL);
			machine_look(m);
			next_look = now + LOOK_MS * 1000000ull;
		} else {
			uint64_t until =
			        deadline && deadline < next_look ? deadline : next_look;
			(m->command ? attach_wait : wait_for_event)(
			        m, (until - now) / 1000000 + 1);
		}
	}
	m->marks.end = machine_now(m);
}

/* What each life of the guest is made from. */
struct run {
	const struct options *o;
	struct inputs *in;
	struct boot boot;
	struct hosts hosts;
	struct command_setup setup;
	struct serve *command; /* NULL: none is run */
	bool reported;         /* the status is the command's, or says why there is none */
	int port;              /* the console's end of the command's socket */
	int kvm, dump;
	int memory; /* the file of the guest's memory; -1: it is private */
	uint64_t began;
};

/* A status of the run's own as the program ends with it. */
static int
exit_status(const struct options *o, int status)
{
	return o->command.argv ? outcome_status(status, false) : status;
}

/* What only another life would need is closed before the guest runs. */
static void
release(struct run *r)
{
	if (r->o->reboot_again)
		return;
	inputs_close(r->in);
	boot_free(&r->boot);
	close(r->kvm);
	r->kvm = -1;
}

/* The guest's threads are there and wait; in its first life the main thread follows them. */
static void
enter_jail(const struct run *r, struct machine *m)
{
	static bool entered;

	if (r->o->no_jail || entered)
		return;
	entered = jail_limit(r->dump, r->o->reboot_again || r->hosts.engines.count,
	                  disk_files_largest(&r->o->disks)) &&
	          jail_enter(JAIL_MAIN, JAIL_NO_CPU);
	if (!entered)
		ending_set(&m->ending, ENDING_HOST, (uint32_t)errno, 0, "the jail");
}

static int
cannot_share(void)
{
	return fail(STATUS_HOST, "cannot share the guest's memory: %s", strerror(errno));
}

/* Only a daemon has to see the guest's memory; the kernel's own engines see this process's. */
static int
open_memory(struct run *r)
{
	if (!r->hosts.engines.count)
		return STATUS_GO_ON;
	r->memory = memory_file_open();
	return r->memory < 0 ? cannot_share() : STATUS_GO_ON;
}

static int
share_memory(const struct run *r)
{
	if (r->memory < 0)
		return STATUS_GO_ON;
	memory_file_guard(terminal_restore, exit_status(r->o, STATUS_HOST));
	return memory_file_fit(r->memory, &r->boot.layout) ? STATUS_GO_ON : cannot_share();
}

/*
 * What the command wrote is given to its readers until `deadline`, if there is one, unless the
 * run is to end now. The terminal is its owner's again, whose Ctrl-C ends a wait for a reader.
 */
static void
finish_command(struct machine *m, uint64_t deadline)
{
	int reason = atomic_load(&m->ending.reason);
	uint64_t until = deadline ? m->began + deadline : SERVE_FOR_EVER;

	if (reason == ENDING_TIMEOUT || reason == ENDING_LEFT)
		until = SERVE_AT_ONCE;
	terminal_restore();
	serve_finish(m->command, until);
}

/* Make the machine, fill its memory, run it to its end. */
static int
run_machine(struct machine *m, struct run *r, uint64_t deadline)
{
	const struct options *o = r->o;
	struct machine_state state;
	int status = share_memory(r);

	if (status == STATUS_GO_ON)
		status = vm_make(&m->vm, &r->boot.layout, r->memory, o->cpus);
	if (status == STATUS_GO_ON)
		status = carry_out(&r->boot, r->in, o->cpus, &m->vm.mem, &state);
	if (status == STATUS_GO_ON)
		status = vm_set_state(&m->vm, &state);
	devices_init(&m->devices, m->vm.fd, &m->terminal, &m->ending, !o->direct);
	if (status == STATUS_GO_ON)
		status = plug_devices(
		        &m->plug, o, &r->hosts, &r->boot.layout, &m->vm.mem, &m->devices);
	if (status == STATUS_GO_ON && m->command)
		status = plug_command(&m->plug, r->port);
	if (status != STATUS_GO_ON)
		return status;
	release(r);
	if (!machine_start(m))
		ending_set(&m->ending, ENDING_HOST, (uint32_t)errno, 0, "starting a thread");
	enter_jail(r, m);
	machine_go(m);
	serve(m, deadline);
	machine_stop(m);
	if (m->command)
		finish_command(m, deadline);
	return STATUS_GO_ON;
}

static void
machine_init(struct machine *m, const struct run *r)
{
	memset(m, 0, sizeof(*m));
	m->vm.kvm = r->kvm;
	m->vm.fd = -1;
	m->began = r->began;
	m->direct = r->o->direct;
	m->dump = r->o->dump;
	m->dump_fd = r->dump;
	m->jailed = !r->o->no_jail;
	m->ending.wake = eventfd(0, EFD_CLOEXEC);
	m->command = r->command;
}

/* Its signals are the command's from here on. */
static bool
make_session(struct run *r)
{
	if (!r->o->command.argv)
		return true;
	r->command = attach_session(&r->setup, &r->port);
	signals_pass(r->command);
	return r->command != NULL;
}

static bool
open_terminal(struct machine *m, const struct run *r)
{
	const struct options *o = r->o;

	if (!r->command)
		return terminal_open(&m->terminal, &m->ending, o->expect, o->raw);
	terminal_open_beside(&m->terminal, &m->ending, o->command.verbose, r->setup.terminal);
	return true;
}

/* One life of the guest; STATUS_GO_ON if it wants another. */
static int
run_once(struct run *r)
{
	static struct machine m;
	const struct options *o = r->o;
	int status;

	if (!make_session(r))
		return fail(STATUS_HOST, "cannot serve the command: %s", strerror(errno));
	machine_init(&m, r);
	if (m.ending.wake < 0 || !open_terminal(&m, r))
		return fail(STATUS_HOST, "cannot serve the console: %s", strerror(errno));
	if (o->expect || o->timeout > 0 || r->command)
		m.terminal.watch = &m.watch;
	m.watch.restarts = o->reboot_again;
	signals_end(&m.ending);
	status = run_machine(&m, r, o->timeout > 0 ? (uint64_t)(o->timeout * 1e9) : 0);
	signals_end(NULL);
	terminal_close(&m.terminal);
	if (status == STATUS_GO_ON) {
		if (o->times)
			report_times(&m);
		if (atomic_load(&m.ending.reason) != ENDING_RESET || !o->reboot_again)
			status = report_end(&m, o);
		r->reported = true;
	}
	plug_free(&m.plug);
	vm_free(&m.vm);
	close(m.ending.wake);
	return status;
}

/* All files are open: from here on nothing is reached by a path. */
static int
shut_jail(const struct run *r)
{
	int keep[PLAN_BLOBS + 4 + DISK_FILES + HOSTS_FDS] = {r->kvm, r->dump, r->memory};
	uint32_t count = 3;

	if (r->o->no_jail)
		return STATUS_GO_ON;
	if (plug_wanted(r->o))
		jail_for_devices();
	count += hosts_descriptors(&r->hosts, keep + count);
	for (uint32_t i = 0; i < r->in->files; i++)
		keep[count++] = r->in->file[i].fd;
	for (uint32_t i = 0; i < r->o->disks.count; i++)
		keep[count++] = r->o->disks.file[i].fd;
	if (jail_shut(keep, count, r->o->reboot_again, terminal_restore,
	            exit_status(r->o, STATUS_JAIL)))
		return STATUS_GO_ON;
	return fail(STATUS_HOST, "cannot make the jail: %s; --no-jail does without it",
	        strerror(errno));
}

static int
run_inputs(struct run *r)
{
	const struct options *o = r->o;
	int status = STATUS_GO_ON;

	if (!o->dry_run)
		status = vm_open_kvm(&r->kvm);
	if (status == STATUS_GO_ON && !o->dry_run)
		status = dump_open(o->dump, &r->dump);
	if (status == STATUS_GO_ON && !o->dry_run)
		status = hosts_open(o, &r->hosts);
	if (status == STATUS_GO_ON)
		status = open_memory(r);
	if (status == STATUS_GO_ON)
		status = shut_jail(r);
	if (status == STATUS_GO_ON)
		status = boot_plan(o, r->in, r->kvm >= 0 && cpuid_gb_pages(r->kvm), &r->boot);
	if (status == STATUS_GO_ON && o->dry_run)
		status = plan_print(&r->boot);
	signals_catch(o->console);
	while (status == STATUS_GO_ON)
		status = run_once(r);
	boot_free(&r->boot);
	hosts_close(&r->hosts);
	return status;
}

static int
run_options(struct options *o, struct run *r)
{
	int status = inputs_open(o, r->in);

	if (status == STATUS_GO_ON && !o->dry_run)
		status = disk_files_open(&o->disks);
	if (status == STATUS_GO_ON && o->command.argv)
		status = command_prepare(o, r->in, &r->setup);
	if (status == STATUS_GO_ON)
		status = run_inputs(r);
	inputs_close(r->in);
	return status;
}

int
cmd_run(int argc, char **argv)
{
	static struct options options;
	static struct inputs inputs;
	static struct run run = {
	        .o = &options, .in = &inputs, .kvm = -1, .dump = -1, .memory = -1, .port = -1};
	int status;

	run.began = clock_ns();
	status = options_parse(argc, argv, &options);
	host_fails_with(exit_status(&options, STATUS_HOST));
	if (status == STATUS_GO_ON)
		status = run_options(&options, &run);
	return run.reported || status == STATUS_OK ? status : exit_status(&options, status);
}

int
cmd_run_status(int argc, char **argv, int status)
{
	return options_separator(argc, argv) < argc ? outcome_status(status, false) : status;
}
