/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --for run: what `kshim run` needs of a kernel, by the names of its options, and a fragment of
 * a configuration with what it lacks.
 *
 * Source: the machine of tools/run/README.md, whose console is COM1 without --console;
 * Linux 6.1 to 7.2, the Kconfig files of these options.
 */
#include <string.h>

#include "tools/check/gate.h"

enum want {
	MUST,
	BETTER, /* a run goes without, as the text says */
	MODULE, /* so, and a module will do, which an initrd loads */
};

static const struct want_option {
	const char *option;
	enum want want;
	const char *text;
} wants[] = {
        {"PRINTK", MUST, "messages, of which a panic is one"},
        {"TTY", MUST, "the console"},
        {"SERIAL_8250", MUST, "the serial port, the one console that is always there"},
        {"SERIAL_8250_CONSOLE", MUST, "console=ttyS0"},
        {"BLK_DEV_INITRD", BETTER, "without: no --initrd, only a root on a --disk"},
        {"BINFMT_ELF", MUST, "programs"},
        {"BINFMT_SCRIPT", MODULE, "without: an init that is a script does not start"},
        {"PROC_FS", BETTER, "without: no /proc for the initrd's programs"},
        {"SYSFS", BETTER, "without: no /sys for the initrd's programs"},
        {"TMPFS", BETTER, "without: no files in memory beside the initrd's"},
        {"DEVTMPFS", BETTER, "without: the initrd must make its devices' nodes"},
        {"ACPI", BETTER, "without: one that powers off only halts"},
        {"SMP", BETTER, "without: one CPU, whatever --cpus says"},
        {"HYPERVISOR_GUEST", BETTER, "without: it knows of no hypervisor"},
        {"PARAVIRT", BETTER, "without: it has no clock of KVM's"},
        {"KVM_GUEST", BETTER, "without: it has no clock of KVM's, and measures its own"},
        {"RTC_DRV_CMOS", BETTER, "without: it does not know the date"},
        {"PCI", BETTER, "without: no devices, as those of --disk and --rng"},
        {"PCI_MSI", BETTER, "without: devices share few interrupts"},
        {"VIRTIO_MENU", BETTER, "without: no devices"},
        {"VIRTIO_PCI", MODULE, "without: no devices"},
        {"HW_RANDOM", MODULE, "without: --rng gives it nothing"},
        {"HW_RANDOM_VIRTIO", MODULE, "without: --rng gives it nothing"},
        {"VIRTIO_BLK", MODULE, "without: no --disk"},
        {"VIRTIO_CONSOLE", MODULE, "without: no --console"},
        {"NET", BETTER, "without: no --net"},
        {"INET", BETTER, "without: no addresses for --net"},
        {"NETDEVICES", BETTER, "without: no --net"},
        {"VIRTIO_NET", MODULE, "without: no --net"},
        {"VSOCKETS", MODULE, "without: no --vsock"},
        {"VIRTIO_VSOCKETS", MODULE, "without: no --vsock"},
};

/* What `-- COMMAND` needs besides, if the list above does not have it. */
static const struct want_option commands[] = {
#define WANT(option, module, text)    {option, (module) ? MODULE : BETTER, text},
#define NEED(option, module, what)    WANT(option, module, "without: no COMMAND: " what)
#define OVERLAY(option, module, what) WANT(option, module, "without: COMMAND has no " what)
#include "tools/launch/command_needs.def"
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void
add(struct outcome *o, const struct run_need *need)
{
	struct run_need *n = report_alloc(o->report, sizeof(*n));

	*n = *need;
	if (o->run_last)
		o->run_last->next = n;
	else
		o->run_first = n;
	o->run_last = n;
}

/* Is the kernel one that `kshim run` can start, by its stub or --direct? */
static struct run_need
look_at_entry(const struct report *r)
{
	const struct launch *stub = report_find_launch(r, "kshim.stub"),
	                    *direct = report_find_launch(r, "kshim.direct");
	const struct launch *l = stub && stub->boots ? stub : direct;

	return (struct run_need){.name = l ? l->name : "kshim.direct",
	        .must = true,
	        .met = l && l->boots,
	        .text = l ? l->text : "it is no kernel"};
}

static bool
is_in(const struct want_option *list, size_t count, const char *option)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].option, option) == 0)
			return true;
	return false;
}

static struct run_need
look_at_option(struct report *r, const struct want_option *w)
{
	const char *value = report_config(r, w->option), *text = w->text;
	bool module;

	value = value ? value : "n";
	module = w->want == MODULE && strcmp(value, "m") == 0;
	if (w->want != MUST && is_in(wants, COUNT(wants), w->option) &&
	        is_in(commands, COUNT(commands), w->option))
		text = report_format(r, "%s, no COMMAND", text);
	if (module)
		text = report_format(r, "a module, for the initrd to load; %s", text);
	return (struct run_need){.name = report_format(r, "CONFIG_%s", w->option),
	        .value = value,
	        .must = w->want == MUST,
	        .met = module || strcmp(value, "y") == 0,
	        .module = module,
	        .text = text};
}

/* False if it lacks what it must have. */
static bool
look_at_options(struct outcome *o, const struct want_option *list, size_t count)
{
	bool met = true;

	for (size_t i = 0; i < count; i++) {
		struct run_need n;

		if (list != wants && is_in(wants, COUNT(wants), list[i].option))
			continue;
		n = look_at_option(o->report, &list[i]);
		add(o, &n);
		met = met && (n.met || !n.must);
	}
	return met;
}

bool
gate_run(struct outcome *o)
{
	struct run_need entry = look_at_entry(o->report);
	bool known = report_config(o->report, wants[0].option), met;

	add(o, &entry);
	if (!known) {
		add(o, &(struct run_need){.name = "linux.config",
		               .must = true,
		               .text = "there is no .config inside, nor beside it: what it has is not known"});
		return false;
	}
	met = look_at_options(o, wants, COUNT(wants));
	return look_at_options(o, commands, COUNT(commands)) && met && entry.met;
}
